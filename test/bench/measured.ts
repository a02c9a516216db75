import { access } from 'node:fs/promises';
import { execa } from 'execa';
import { z } from 'zod';

const measurement = z.object({
  /** On `monotonicNow`'s clock. */
  startMs: z.number(),
  endMs: z.number(),
  exitCode: z.number(),
  /** User and system time, of the process and of the children that it waited for. */
  cpuMs: z.number(),
  /** Of the process, or of its largest child. */
  peakRssMb: z.number(),
});

export type Measurement = z.infer<typeof measurement>;

const python = '/usr/bin/python3';
const script = new URL('measure.py', import.meta.url).pathname;

/** Runs a command in an environment that is complete. Throws if it fails, with what it wrote. */
export async function measured(
  [file, ...args]: readonly [string, ...string[]],
  env: Record<string, string>,
): Promise<Measurement & { stderr: string }> {
  await needs(python, 'apt-get install --yes python3');
  const { stdout, stderr } = await execa(python, ['-I', script, file, ...args], {
    env,
    extendEnv: false,
    stdin: 'ignore',
  });
  const found = measurement.parse(JSON.parse(stdout));
  if (found.exitCode !== 0) {
    throw new Error(`${file} ${args.join(' ')} ended with ${found.exitCode}:\n${stderr}`);
  }
  return { ...found, stderr };
}

/** Throws, with the command that installs it, if a program is not there. */
export async function needs(path: string, remedy: string): Promise<void> {
  await access(path).catch((cause: unknown) => {
    throw new Error(`this bench needs ${path}: ${remedy}`, { cause });
  });
}

/** In ms, on the clock that all processes of the machine share. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
