import type { Subnet } from '../claim/facts.ts';
import { firstTry } from './first-try.ts';
import { wantedIn } from './node-port.ts';
import { described, hasSecondary, holderOf, nextOf } from './node-port-holders.ts';
import type { InterfacePlan, NodePortPlan, Plan, Source } from './steps.ts';

/** What is going to become of a NodePort address on this node. */
export interface Outlook {
  interface: string;
  eniId: string | undefined;
  address: string;
  mode: 'Floating' | 'PerNode';
  /**
   * `kept`: the ENI has it · `assigned`: nobody holds it · `assigned if free`: that is looked up then · `carried`: another
   * node holds it, or is about to · `none left`: of a `PerNode` list
   */
  outcome: 'kept' | 'assigned' | 'assigned if free' | 'carried' | 'none left';
  /** The ENI that holds it, and its instance; or the node that is about to. */
  holder: string | undefined;
}

/** What a plan comes to for each NodePort address, as far as can be told before anything is changed. */
export function outlooks({ nodePort, interfaces }: Pick<Plan, 'nodePort' | 'interfaces'>): Outlook[] {
  return nodePort.flatMap((plan) => {
    const subnet = subnetOf(plan, interfaces);
    return subnet === undefined ? [] : [...floating(plan, subnet), ...perNode(plan, subnet)];
  });
}

/** Where the ENI is, or is to be created; of those made beforehand it is not known. */
export function subnetOf(
  { name, eni, subnets }: NodePortPlan,
  interfaces: readonly InterfacePlan[],
): Subnet | undefined {
  const source = interfaces.find(({ config }) => config.name === name)?.source;
  const id = eni?.subnetId ?? (source && firstTry(source)?.subnetId);
  return id === undefined && subnets.length === 1 ? subnets[0] : subnets.find((each) => each.id === id);
}

function floating(plan: NodePortPlan, subnet: Subnet): Outlook[] {
  const { name, eni, holders, booting } = plan;
  const [first] = booting;
  return wantedIn(plan.entries, subnet).floating.map(({ address, mode }) => {
    const holder = holderOf(address, eni === undefined ? holders : [eni, ...holders]);
    const base = { interface: name, eniId: eni?.id, address, mode, holder: undefined };
    if (holder !== undefined) {
      return holder.id === eni?.id
        ? { ...base, outcome: 'kept' }
        : { ...base, outcome: 'carried', holder: described(holder) };
    }
    return first === undefined
      ? { ...base, outcome: ifListed(plan, subnet) }
      : { ...base, outcome: 'carried', holder: first };
  });
}

function perNode(plan: NodePortPlan, subnet: Subnet): Outlook[] {
  const { name, eni, holders, ahead } = plan;
  return wantedIn(plan.entries, subnet).perNode.map((list) => {
    const base = { interface: name, eniId: eni?.id, mode: 'PerNode' as const, holder: undefined };
    const own = list.find((address) => eni !== undefined && hasSecondary(eni, address));
    if (own !== undefined) {
      return { ...base, address: own, outcome: 'kept' };
    }
    const next = nextOf(list, { holders, tried: new Set(), ahead, collisions: 0 }, () => 0);
    return next === undefined
      ? { ...base, address: list.join(', '), outcome: 'none left' }
      : { ...base, address: next, outcome: ifListed(plan, subnet) };
  });
}

/** A `PerNode` list of which nothing is left wherever the ENI could be created, by a listing that shows all. */
export function exhausted(
  { entries, subnets, listed, holders }: NodePortPlan,
  source: Source,
): readonly string[] | undefined {
  const choices = source.kind === 'create' ? source.choices : [];
  const lists = choices.map(({ subnetId }) => {
    const subnet = subnets.find(({ id }) => id === subnetId && listed.includes(id));
    const perNode = subnet === undefined ? [] : wantedIn(entries, subnet).perNode;
    return perNode.find((list) => list.every((address) => holderOf(address, holders) !== undefined));
  });
  return lists.includes(undefined) ? undefined : lists[0];
}

function ifListed({ listed }: NodePortPlan, { id }: Subnet): 'assigned' | 'assigned if free' {
  return listed.includes(id) ? 'assigned' : 'assigned if free';
}

/** The same in words. */
export function inWords({ interface: name, address, mode, outcome, holder }: Outlook): string {
  const what = `${name}: NodePort ${address} (${mode})`;
  switch (outcome) {
    case 'kept':
      return `${what} is on its ENI already`;
    case 'assigned':
      return `${what} is to be assigned to its ENI: nobody holds it`;
    case 'assigned if free':
      return `${what} is to be assigned to its ENI, if nobody holds it`;
    case 'carried':
      return `${what} is to be carried as a candidate: it is ${holder}'s`;
    case 'none left':
      return `${what}: others hold all of them: run fails`;
  }
}
