import { mkdir } from 'node:fs/promises';
import { execa } from 'execa';
import { enterNamespace } from '../netns/namespace.ts';

/**
 * As `enterNamespace`, with what machines need: the cgroups, where IMDS listens, and a place for what they write,
 * which is gone with this process.
 */
export async function enterBench(url: string): Promise<void> {
  await enterNamespace(url);
  // Whatever cgroups the host has: the machines' systemd, as that of the AMI, knows cgroup2 alone.
  await execa('mount', ['-t', 'cgroup2', 'cgroup2', '/sys/fs/cgroup']);
  await execa('ip', ['addr', 'add', '169.254.169.254/32', 'dev', 'lo']);
  await mkdir('/run/systemd', { recursive: true });
  await execa('mount', ['-t', 'tmpfs', 'tmpfs', '/run/systemd']);
}
