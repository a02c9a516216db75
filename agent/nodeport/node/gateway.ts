import type { Clock } from '../../clock.ts';
import type { NodePortLink } from '../setup.ts';
import { readNeighbour, solicit } from './neighbour.ts';
import { routerOf } from './router.ts';

/** From one look at the kernel's table to the next, in ms: about a second in all. An answer takes well under one. */
const pauses = [5, 10, 20, 40, 75, 100, 150, 200, 200, 200];

/**
 * Asks whether a subnet's router answers, by the kernel's own neighbour table. A router that has never been seen to
 * answer this node as a holder counts as one that does: nothing follows from its silence.
 */
export function createGatewayCheck(clock: Clock) {
  const answered = new Set<string>();
  const silent = new Set<string>();

  return async (
    link: NodePortLink,
    address: string,
    signal: AbortSignal,
    role: 'holder' | 'candidate',
  ): Promise<boolean> => {
    const router = routerOf(address, link.cidrs);
    if (router === undefined) {
      return true;
    }
    const key = `${link.name} ${router}`;
    const known = await readNeighbour(router, link.name, signal);
    if (known?.state === 'PERMANENT' || known?.state === 'NOARP') {
      return true;
    }
    const ask = async () => {
      // The kernel names one of the link's addresses as the asker's: on a link of ours there are no others.
      const asked = await solicit(router, address, link.name, known, signal);
      return asked && (await isReachable(router, link.name, clock, signal));
    };
    if (role === 'candidate') {
      return ask();
    }
    // From its traffic, before this process started perhaps.
    if (known?.mac !== undefined) {
      answered.add(key);
    }
    const askAndKnow = async () => {
      const answers = await ask();
      (answers ? answered : silent).add(key);
      return answers;
    };
    if (silent.has(key) && !answered.has(key)) {
      // Whatever comes of it, it counts as one that answers: nobody is kept waiting for it.
      void askAndKnow().catch(() => undefined);
      return true;
    }
    return (await askAndKnow()) || !answered.has(key);
  };
}

async function isReachable(
  router: string,
  link: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  for (const pause of pauses) {
    await clock.sleep(pause, signal);
    const now = await readNeighbour(router, link, signal);
    if (now?.state === 'REACHABLE' || now?.state === 'FAILED') {
      return now.state === 'REACHABLE';
    }
  }
  return false;
}
