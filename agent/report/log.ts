import winston from 'winston';
import type { Fields } from './fields.ts';
import { type Entry, journalLine, jsonLine, type Level, terminalLine } from './line.ts';

/** The boot's story, one line a step. */
export interface Log {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  /** Shown with `LOG_LEVEL=debug`. */
  debug(message: string, fields?: Fields): void;
  /** On a terminal, what long work is at: a single line, which the next one
   * replaces; an empty message takes it away. Nowhere else. */
  progress(message: string): void;
}

export interface LogOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Where the lines go: the process's standard error by default. */
  stream?: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
}

/** Goes to the start of the terminal's line and clears it. */
const clearLine = '\r\u001b[K';

/**
 * The log, in the form of its place: JSON with `LOG_FORMAT=json`; for the journal where systemd has set
 * `JOURNAL_STREAM` (which leaks into terminals that a service started); else for people.
 */
export function createLog({ env, stream = process.stderr }: LogOptions): Log {
  const terminal = stream.isTTY === true && env.LOG_FORMAT !== 'json';
  const logger = winston.createLogger({
    level: env.LOG_LEVEL === 'debug' ? 'debug' : 'info',
    format: winston.format.printf(({ message }) => String(message)),
    transports: [new winston.transports.Stream({ stream })],
  });

  function line(entry: Entry): string {
    if (env.LOG_FORMAT === 'json') {
      return jsonLine(entry, new Date());
    }
    if (terminal) {
      return clearLine + terminalLine(entry, performance.now());
    }
    if (env.JOURNAL_STREAM !== undefined) {
      return journalLine(entry);
    }
    return terminalLine(entry, performance.now());
  }

  const at = (level: Level) => (message: string, fields?: Fields) => {
    logger.log(level, line({ level, message, fields: { ...fields } }));
  };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    progress: (message) => {
      if (terminal) {
        stream.write(clearLine + message.slice(0, (stream.columns || 80) - 1));
      }
    },
  };
}
