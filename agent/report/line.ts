import type { Fields } from './fields.ts';
import { redact } from './redact.ts';

export type Level = 'error' | 'warn' | 'info' | 'debug';

/** A step of the boot's story: what a line of the log is made of. */
export interface Entry {
  level: Level;
  message: string;
  fields: Fields;
}

/** sd-daemon(3): the priorities by which `journalctl -p` chooses. */
const priorities: Readonly<Record<Level, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/** For the journal: a priority before each line, no time, which the journal has. */
export function journalLine(entry: Entry): string {
  const prefix = `<${priorities[entry.level]}>`;
  return text(entry)
    .split('\n')
    .map((line) => prefix + line)
    .join('\n');
}

/** For people: the seconds since the start, and the level where it is not `info`. */
export function terminalLine(entry: Entry, elapsedMs: number): string {
  const seconds = (elapsedMs / 1000).toFixed(3).padStart(7);
  const level = entry.level === 'info' ? '' : `${entry.level}: `;
  return `${seconds}s  ${level}${text(entry)}`;
}

/** For machines: one JSON object. */
export function jsonLine({ level, message, fields }: Entry, time: Date): string {
  const safe = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? redact(value) : value,
  ]);
  return JSON.stringify({
    time: time.toISOString(),
    level,
    message: redact(message),
    ...Object.fromEntries(safe),
  });
}

function text({ message, fields }: Entry): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${quoted(redact(String(value)))}`);
  return redact(message) + pairs.join('');
}

/** As a shell would need it: quotes only where a blank, a quote or a `=` would blur where the value ends. */
function quoted(value: string): string {
  return /^[^\s"'=]+$/.test(value) ? value : JSON.stringify(value);
}
