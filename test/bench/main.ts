/** The benchmarks: `npm run -s bench` lists them. */
import { inspect } from 'node:util';
import { benches } from './benches.ts';
import { command } from './command.ts';

try {
  const exitCode = await command(process.argv.slice(2), benches, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
  // Not by `exitCode`: where the event loop runs dry, Node.js may spin in tearing its handles down.
  process.exit(exitCode);
} catch (error) {
  process.stderr.write(`${inspect(error)}\n`);
  process.exit(1);
}
