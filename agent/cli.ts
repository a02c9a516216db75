import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
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

/** A command's module is loaded when it runs, and no other's: the boot waits for every one of them. */
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
  const root = () => program.opts<{ root: string }>().root;

  program
    .command('run')
    .description(
      'the boot job: claims, attaches and names the interfaces, writes the kubelet labels, opens the gate',
    )
    .addHelpText('after', examples('multus-bootstrap run', 'systemctl restart multus-bootstrap'))
    .action(async () => {
      const { run } = await import('./commands/run.ts');
      exit(await run({ root: root() }));
    });

  program
    .command('plan')
    .description('prints what run would do and with which calls, and does nothing')
    .option('--json', 'for machines', false)
    .addHelpText('after', examples('multus-bootstrap plan', 'multus-bootstrap plan --json | jq .'))
    .action(async ({ json }: { json: boolean }) => {
      const { plan } = await import('./commands/plan.ts');
      exit(await plan({ root: root(), json }));
    });

  program
    .command('check')
    .description(
      'validates configuration offline: files and user data in any form, merged in the order given',
    )
    .argument('[file...]', 'files, or - for standard input; without any, the config.d of --root')
    .option('--no-nodeadm', 'for an image without nodeadm: user data may be one bare document')
    .addHelpText('after', checkNotes)
    .addHelpText(
      'after',
      examples(
        'multus-bootstrap check user-data.txt',
        'multus-bootstrap check 10-base.yaml user-data.txt',
        'terraform output -raw user_data | multus-bootstrap check -',
      ),
    )
    .action(async (files: string[], { nodeadm }: { nodeadm: boolean }) => {
      const { check } = await import('./commands/check.ts');
      exit(await check({ root: root(), files, nodeadm }));
    });

  program
    .command('config')
    .description('prints the effective configuration and which source each value came from')
    .option('--user-data <file>', "in place of the instance's own user data, which IMDS tells")
    .addHelpText(
      'after',
      examples('multus-bootstrap config', 'multus-bootstrap config --user-data user-data.txt'),
    )
    .action(async ({ userData }: { userData?: string }) => {
      const { config } = await import('./commands/config.ts');
      exit(await config({ root: root(), userData }));
    });

  program
    .command('schema')
    .description('prints the JSON Schema of the configuration, for editors')
    .addHelpText('after', examples('multus-bootstrap schema > multus-node-config.schema.json'))
    .action(async () => {
      const { schema } = await import('./commands/schema.ts');
      exit(await schema());
    });

  program
    .command('status')
    .description('what this node has, and where EC2, the kernel and the last result differ')
    .option('--json', 'for machines', false)
    .addHelpText('after', examples('multus-bootstrap status', 'multus-bootstrap status --json'))
    .action(async ({ json }: { json: boolean }) => {
      const { status } = await import('./commands/status.ts');
      exit(await status({ root: root(), json }));
    });

  return program;
}

/** As an absolute path: what is done only for `/` must be done for `//` too. */
function existingFolder(path: string): string {
  if (path === '' || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new InvalidArgumentError('There is no such directory.');
  }
  return resolve(path);
}

function examples(...lines: string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
}

const checkNotes = `
A file named *.yaml, *.yml or *.json that is one of our documents is taken for a file of config.d, anything else for
user data. Files of config.d belong into the image: the agent runs beside cloud-init, so what cloud-init writes there
comes too late. Exits 2 if a file cannot be read, 3 if the configuration is wrong.`;

const exitCodes = `
Exit codes:
  0 done, or nothing to do      5 no free address or ENI
  1 a bug                       6 a limit of the instance type or account
  2 usage                       7 the deadline passed
  3 configuration               8 EC2 or IMDS unreachable
  4 not permitted (IAM)         9 the host: kernel, udev, files`;
