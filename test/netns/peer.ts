import { readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { Test } from 'tap';

/** Another network namespace at the far end of a veth pair, whose links are up. */
export interface Peer {
  /** Runs `ip` there. */
  ip(...args: string[]): Promise<string>;
  /** What to put before a command that is to run there. */
  enter: readonly string[];
}

/** Makes a link here whose far end, `far`, is in a namespace of its own. It goes with the test. */
export async function addPeer(t: Test, link: string): Promise<Peer> {
  const holder = execa('unshare', ['--net', 'sleep', 'infinity'], { reject: false });
  t.teardown(async () => {
    holder.kill('SIGKILL');
    await holder;
  });
  const namespaceOf = (pid: number | 'self') => readlink(`/proc/${pid}/ns/net`);
  const pid = holder.pid ?? 0;
  const own = await namespaceOf('self');
  await until(async () => (await namespaceOf(pid)) !== own);
  const enter = ['nsenter', `--target=${pid}`, '--net'];
  const ip = async (...args: string[]) => (await execa('nsenter', [...enter.slice(1), 'ip', ...args])).stdout;
  const pair = ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'far', 'netns', String(pid)];
  await execa('ip', pair);
  await execa('ip', ['link', 'set', link, 'addrgenmode', 'none']);
  await execa('ip', ['link', 'set', link, 'up']);
  for (const name of ['lo', 'far']) {
    await ip('link', 'set', name, 'up');
  }
  t.teardown(() => execa('ip', ['link', 'delete', link], { reject: false }));
  return { ip, enter };
}

/** Waits, at most 20 s, for what is true soon. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) {
      throw new Error(`not within 20 s: ${condition}`);
    }
    await delay(10);
  }
}
