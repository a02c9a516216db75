import { jsonSchema } from '../config/json-schema.ts';
import { ExitCode } from '../failure.ts';

/** Prints the JSON Schema of a configuration document. */
export async function schema(): Promise<ExitCode> {
  process.stdout.write(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`);
  return ExitCode.done;
}
