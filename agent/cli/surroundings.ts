import type { ExitCode } from '../failure.ts';

/**
 * What the commands of the command line work with. A command's module is loaded when it runs, and no other's: the boot
 * waits for every one of them.
 */
export interface Surroundings {
  /** An absolute path, of `--root`. */
  root: () => string;
  /** Notes how the program is to end. */
  exit: (code: ExitCode) => void;
}
