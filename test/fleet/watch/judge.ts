import type { Eni } from '../../../agent/claim/facts.ts';
import { isIpv6 } from '../../../agent/claim/range.ts';
import { isRead } from '../../simulator/api/buckets.ts';
import { text, texts } from '../../simulator/api/params.ts';
import type { Call, Happening, Region } from '../region.ts';
import type { Story } from '../story.ts';
import { stealFault, takeFault } from './judge-take.ts';
import type { WatchedNode } from './node.ts';
import type { WatchPlan } from './plan.ts';

/** The address went from one ENI to another. */
export interface Move {
  at: number;
  address: string;
  from: string | undefined;
  to: string;
  /** The holder gave it away itself. */
  isHandedOver: boolean;
  /** EC2's word on the former holder's instance, when it was taken off. */
  state: string | undefined;
}

/** How long before it takes a holder's address a node must have seen it hold it, in ms. */
const lookMs = 30_000;

/** Sees to the invariants at every call. The first one that breaks ends the story. */
export class WatchJudge {
  verdict: string | undefined;
  readonly moves: Move[] = [];
  /** By instance id: when it has called what. */
  readonly calls = new Map<string, { at: number; action: string }[]>();
  nodes: readonly WatchedNode[] = [];
  readonly #region: Region;
  readonly #plan: WatchPlan;
  readonly #story: Story;
  /** By address: who holds it, and who did, and what was said of its instance when it was taken off. */
  readonly #holders = new Map<
    string,
    {
      eniId: string | undefined;
      last: string | undefined;
      state: string | undefined;
      by: string | undefined;
      at: number;
    }
  >();
  /** By node, address and ENI: when it was last seen there. */
  readonly #seen = new WeakMap<WatchedNode, Map<string, number>>();

  constructor(region: Region, plan: WatchPlan, story: Story) {
    this.#region = region;
    this.#plan = plan;
    this.#story = story;
    region.onCall = (happening) => this.#after(happening);
  }

  breaks(who: string, what: string | undefined): void {
    if (what !== undefined && this.verdict === undefined) {
      this.verdict = `${who}: ${what}`;
      this.#story.tell(who, () => `!!! ${what}`);
    }
  }

  begin(address: string, eniId: string | undefined): void {
    this.#holders.set(address, { eniId, last: eniId, state: undefined, by: undefined, at: 0 });
  }

  /** The node has been told of these ENIs. */
  seen(node: WatchedNode, enis: readonly Eni[]): void {
    const seen = this.#seen.get(node) ?? new Map<string, number>();
    this.#seen.set(node, seen);
    for (const { id, addresses, ipv6Addresses } of enis) {
      for (const address of [...addresses, ...ipv6Addresses]) {
        if (this.#plan.addresses.includes(address)) {
          seen.set(`${address} ${id}`, this.#region.time.now());
        }
      }
    }
  }

  /** Told of a call right before its effect. */
  before(call: Call): void {
    const { instanceId = '', action } = call;
    const now = this.#region.time.now();
    const calls = this.calls.get(instanceId) ?? [];
    calls.push({ at: now, action });
    this.calls.set(instanceId, calls);
    const node = this.#nodeOf(instanceId);
    if (isRead(action) || node === undefined) {
      return;
    }
    this.breaks(node.name, this.#writeFault(node, call));
  }

  #writeFault(node: WatchedNode, call: Call): string | undefined {
    const { action, params } = call;
    const eniId = text(params, 'NetworkInterfaceId') ?? '';
    const addresses = namedAddresses(call);
    const target = this.nodes.find(({ place }) => place.link.eniId === eniId);
    if (!/^(Una|A)ssign(PrivateIp|Ipv6)Addresses$/.test(action)) {
      return `calls ${action}`;
    }
    if (target === undefined) {
      return `${action} names ${eniId}, which carries no NodePort address of ours`;
    }
    if (addresses.length === 0 || addresses.some((each) => !this.#plan.addresses.includes(each))) {
      return `${action} names ${addresses.join(' ')}`;
    }
    if (text(params, 'AllowReassignment') === 'true') {
      return 'allows EC2 to take the address from whoever holds it';
    }
    return action.startsWith('Unassign') && target !== node
      ? addresses.map((each) => this.#lookFault(node, target, each)).find((fault) => fault !== undefined)
      : undefined;
  }

  #lookFault(node: WatchedNode, target: WatchedNode, address: string): string | undefined {
    const seenAt = this.#seen.get(node)?.get(`${address} ${target.place.link.eniId}`);
    return seenAt !== undefined && this.#region.time.now() - seenAt <= lookMs
      ? undefined
      : `takes ${address} off ${target.name}, which it has not seen hold it lately`;
  }

  #after({ call, code }: Happening): void {
    const node = this.#nodeOf(call.instanceId ?? '');
    const name = node?.name ?? 'someone';
    this.#story.tell(
      name,
      () =>
        `  ${call.action} ${text(call.params, 'NetworkInterfaceId') ?? ''} ${namedAddresses(call).join(' ')} -> ${code ?? 'done'}`,
    );
    if (isRead(call.action) || code !== undefined || node === undefined) {
      return;
    }
    for (const address of namedAddresses(call)) {
      if (call.action.startsWith('Unassign')) {
        this.#takenOff(node, address, text(call.params, 'NetworkInterfaceId') ?? '');
      } else {
        this.#assigned(node, address, text(call.params, 'NetworkInterfaceId') ?? '');
      }
    }
  }

  #takenOff(node: WatchedNode, address: string, eniId: string): void {
    const holder = this.nodes.find(({ place }) => place.link.eniId === eniId);
    const state = this.#stateOf(eniId);
    if (holder !== undefined && holder !== node) {
      this.breaks(node.name, stealFault(node, holder, address));
    }
    const at = this.#region.time.now();
    this.#holders.set(address, { eniId: undefined, last: eniId, state, by: node.place.link.eniId, at });
  }

  #assigned(node: WatchedNode, address: string, eniId: string): void {
    const before = this.#holders.get(address);
    if (before?.eniId === eniId) {
      return;
    }
    this.breaks(node.name, takeFault(node, this.nodes, { address, eniId, before }));
    const at = this.#region.time.now();
    const from = before?.last;
    if (from !== undefined && from !== eniId) {
      const isHandedOver = before?.by === from;
      const state = before?.state ?? this.#stateOf(from);
      this.moves.push({ at, address, from, to: eniId, isHandedOver, state });
      this.#boundMoves(node, address);
    }
    this.#holders.set(address, { eniId, last: eniId, state: undefined, by: undefined, at });
  }

  /** Since when the ENI has held one of the addresses. */
  heldSince(eniId: string): number {
    return Math.max(
      ...[...this.#holders.values()].filter((each) => each.eniId === eniId).map(({ at }) => at),
    );
  }

  /** Whether an address may have to wait before it moves again. */
  get hasMovedOften(): boolean {
    return this.moves.length >= 6;
  }

  /** Of those that it has a part in: it cannot tell of others whether they were handed over. */
  #boundMoves(node: WatchedNode, address: string): void {
    const since = Math.max(this.#region.time.now() - 3_600_000, node.startedAt);
    const taken = this.moves.filter(
      (each) =>
        each.address === address &&
        each.at > since &&
        !each.isHandedOver &&
        each.state === 'running' &&
        [each.from, each.to].includes(node.place.link.eniId),
    );
    this.breaks(
      node.name,
      taken.length > 6
        ? `${address} has moved ${taken.length} times within an hour from instances that run`
        : undefined,
    );
  }

  #stateOf(eniId: string): string | undefined {
    const node = this.nodes.find(({ place }) => place.link.eniId === eniId);
    return this.#region.world.instances.get(node?.place.instanceId ?? '')?.state;
  }

  #nodeOf(instanceId: string): WatchedNode | undefined {
    return this.nodes.find(({ place }) => place.instanceId === instanceId);
  }
}

/** The addresses that a call assigns, or takes off. */
function namedAddresses({ action, params }: Call): string[] {
  if (isRead(action)) {
    return [];
  }
  return texts(params, action.includes('Ipv6') ? 'Ipv6Addresses' : 'PrivateIpAddress').map((each) =>
    isIpv6(each) ? each.toLowerCase() : each,
  );
}
