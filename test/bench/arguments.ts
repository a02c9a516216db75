import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

/** What the command line asks for: a bench, how to print it, and what is the bench's own to read. */
export interface Request {
  name: string;
  json: boolean;
  /** The file to write a plot to. */
  svg: string | undefined;
  args: string[];
}

/** Reads what all benches have in common. Throws a `UsageError`. */
export function readRequest(argv: readonly string[], names: readonly string[]): Request {
  const [name, ...rest] = argv;
  if (name === undefined || !names.includes(name)) {
    throw new UsageError(`there is no bench '${name ?? ''}'; there are ${names.join(', ')}`);
  }
  const request: Request = { name, json: false, svg: undefined, args: [] };
  const left = rest.values();
  for (const each of left) {
    if (each === '--json') {
      request.json = true;
    } else if (each === '--svg') {
      request.svg = left.next().value;
      if (request.svg === undefined) {
        throw new UsageError('--svg needs the name of a file');
      }
    } else {
      request.args.push(each);
    }
  }
  return request;
}

/** The option `--rounds N` of a bench that has no other. Throws a `UsageError`. */
export function readRounds(args: readonly string[], byDefault: number): number {
  const rounds = Number(readOptions(args).rounds ?? byDefault);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new UsageError('--rounds must be a whole number from 1 on');
  }
  return rounds;
}

function readOptions(args: readonly string[]): { rounds?: string | undefined } {
  try {
    return parseArgs({ args: [...args], options: { rounds: { type: 'string' } } }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
