import { cpus, release } from 'node:os';

/** What figures depend on. */
export interface Machine {
  cpu: string;
  cores: number;
  kernel: string;
  node: string;
}

export function thisMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() || 'unknown CPU',
    cores: cores.length,
    kernel: release(),
    node: process.versions.node,
  };
}
