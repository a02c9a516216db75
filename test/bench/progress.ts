/** Tells what long work is at: on stderr, so that a report alone is on stdout. */
export function progress(message: string): void {
  process.stderr.write(`${message}\n`);
}
