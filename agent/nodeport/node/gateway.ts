import type { Clock } from '../../clock.ts';
import { tryCommand } from '../../host/command.ts';
import { isObject } from '../../host/json.ts';
import type { NodePortLink } from '../setup.ts';
import { routerOf } from './router.ts';

/** From one look at the kernel's table to the next, in ms: about a second in all. An answer takes well under one. */
const pauses = [5, 10, 20, 40, 75, 100, 150, 200, 200, 200];

/** A router in the kernel's neighbour table. */
interface Neighbour {
  /** Its MAC; undefined where the kernel does not know it (any more). */
  mac: string | undefined;
  state: string;
}

/**
 * Asks whether a subnet's router answers, by the kernel's own neighbour table, whose verdict is then what all traffic
 * goes by. Where the MAC is known, the kernel verifies it (`nud probe`), and goes on sending meanwhile. A router that
 * has never been seen to answer on a link counts as one that does: nothing follows from its silence.
 */
export function createGatewayCheck(clock: Clock) {
  const answered = new Set<string>();

  return async (link: NodePortLink, address: string, signal: AbortSignal): Promise<boolean> => {
    const router = routerOf(address, link.cidrs);
    if (router === undefined) {
      return true;
    }
    const key = `${link.name} ${router}`;
    const known = await look(router, link.name, signal);
    if (known?.mac !== undefined) {
      answered.add(key);
    }
    if (known?.state === 'PERMANENT' || known?.state === 'NOARP') {
      return true;
    }
    if (await answersNow(router, link.name, known?.mac, clock, signal)) {
      answered.add(key);
      return true;
    }
    return !answered.has(key);
  };
}

async function answersNow(
  router: string,
  link: string,
  mac: string | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  // `use` alone asks for a neighbour of unknown MAC; it leaves one that was REACHABLE lately as it is.
  const order =
    mac === undefined
      ? ['replace', router, 'dev', link, 'nud', 'none', 'use']
      : ['change', router, 'dev', link, 'lladdr', mac, 'nud', 'probe'];
  const told = await tryCommand('ip', ['neigh', ...order], signal);
  if (!told.ok) {
    return false;
  }
  for (const pause of pauses) {
    await clock.sleep(pause, signal);
    const now = await look(router, link, signal);
    if (now?.state === 'REACHABLE') {
      return true;
    }
    if (now?.state === 'FAILED') {
      return false;
    }
  }
  return false;
}

async function look(router: string, link: string, signal: AbortSignal): Promise<Neighbour | undefined> {
  const shown = await tryCommand('ip', ['-json', 'neigh', 'show', 'to', router, 'dev', link], signal);
  return shown.ok ? parseNeighbour(shown.stdout) : undefined;
}

/** What `ip -json neigh show` says of one neighbour; undefined if the kernel has none. */
export function parseNeighbour(text: string): Neighbour | undefined {
  // Without a neighbour it prints nothing, or an empty list.
  const list: unknown = JSON.parse(text || '[]');
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  if (!isObject(first)) {
    return undefined;
  }
  const { lladdr, state } = first;
  return {
    mac: typeof lladdr === 'string' ? lladdr : undefined,
    state: Array.isArray(state) ? String(state[0]) : '',
  };
}
