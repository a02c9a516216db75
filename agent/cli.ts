import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addAccountCommands } from './cli/account-commands.ts';
import { addConfigurationCommands } from './cli/configuration-commands.ts';
import { exitCodes } from './cli/help.ts';
import { addNodeCommands } from './cli/node-commands.ts';
import { addNodePortCommands } from './cli/nodeport-commands.ts';
import { ExitCode, Failure } from './failure.ts';

/** Runs the command line, `argv` as Node.js has it, and answers the exit code. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.done;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) {
    // Commander has printed its message, or the help that was asked for.
    return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  }
  if (error instanceof Failure) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.stderr.write('this is a bug in multus-bootstrap: please report it with the lines above\n');
  return ExitCode.bug;
}

function createProgram(exit: (code: ExitCode) => void): Command {
  const program = new Command('multus-bootstrap')
    .description(
      "Attaches an EKS worker's Multus network interfaces at the first free addresses of their subnets, before kubelet starts.",
    )
    .version(packageJson.version)
    .option('--root <dir>', 'root of the file tree that is read and written', existingFolder, '/')
    .showHelpAfterError('multus-bootstrap --help lists commands and options')
    .exitOverride()
    .addHelpText('after', exitCodes);
  const surroundings = { root: () => program.opts<{ root: string }>().root, exit };
  addNodeCommands(program, surroundings);
  addNodePortCommands(program, surroundings);
  addConfigurationCommands(program, surroundings);
  addAccountCommands(program, surroundings);
  return program;
}

/** As an absolute path: what is done only for `/` must be done for `//` too. */
function existingFolder(path: string): string {
  if (path === '' || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new InvalidArgumentError('There is no such directory.');
  }
  return resolve(path);
}
