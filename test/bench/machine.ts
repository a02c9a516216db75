import { cpus, loadavg, release } from 'node:os';
import { rounded } from './statistics.ts';

/** What figures depend on. */
export interface Machine {
  cpu: string;
  cores: number;
  kernel: string;
  node: string;
  /** Of the last minute: what else the machine was at. */
  load: number;
}

export function thisMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() || 'unknown CPU',
    cores: cores.length,
    kernel: release(),
    node: process.versions.node,
    load: rounded(loadavg()[0] ?? 0, 1),
  };
}
