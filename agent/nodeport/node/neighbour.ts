import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIpv6 } from '../../claim/range.ts';
import { tryCommand } from '../../host/command.ts';
import { isObject } from '../../host/json.ts';

/** An entry of the kernel's neighbour table. */
export interface Neighbour {
  /** Its MAC; undefined where the kernel does not know it (any more). */
  mac: string | undefined;
  state: string;
}

/** Discard: nobody answers there. */
const discardPort = 9;

/** The kernel's entry of an address on a link; undefined if it has none. */
export async function readNeighbour(
  address: string,
  link: string,
  signal: AbortSignal,
): Promise<Neighbour | undefined> {
  const shown = await tryCommand('ip', ['-json', 'neigh', 'show', 'to', address, 'dev', link], signal);
  return shown.ok ? parseNeighbour(shown.stdout) : undefined;
}

/** What `ip -json neigh show` says of one neighbour; undefined if the kernel has none. */
function parseNeighbour(text: string): Neighbour | undefined {
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

/** Makes the kernel ask on the link for a neighbour; false if it cannot. `own` is an address of that link. */
export async function solicit(
  address: string,
  own: string,
  link: string,
  known: Neighbour | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const neigh = async (...args: string[]) => {
    const { ok } = await tryCommand('ip', ['neigh', ...args], signal);
    return ok;
  };
  if (isIpv6(address)) {
    // The kernel's own probes are sent from the link's link-local address, and ours have none: only a packet that
    // waits for the neighbour has an address to ask from. Such entries fail after each half minute anyway.
    await neigh('del', address, 'dev', link);
    return sendPacket(own, `${address}%${link}`);
  }
  // Where the MAC is known, the kernel goes on sending there while it asks. `use` asks for one that is not known.
  return known?.mac === undefined
    ? neigh('replace', address, 'dev', link, 'nud', 'none', 'use')
    : neigh('change', address, 'dev', link, 'lladdr', known.mac, 'nud', 'probe');
}

/** An empty one. */
async function sendPacket(from: string, to: string): Promise<boolean> {
  const socket = createSocket('udp6');
  try {
    socket.bind({ address: from, port: 0, exclusive: true });
    await once(socket, 'listening');
    await new Promise<void>((resolve, reject) => {
      socket.send('', discardPort, to, (error) => (error === null ? resolve() : reject(error)));
    });
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
