import type { Params } from '../simulator/api/params.ts';
import { Chance } from './chance.ts';
import { only } from './fields.ts';
import { lastFree, pickFree } from './free-addresses.ts';
import type { Judge } from './judge.ts';
import type { Life } from './life.ts';
import type { Region } from './region.ts';
import { callBeside } from './scale-up/other-callers.ts';
import type { OtherPlan } from './scenario/model.ts';
import { unlessFull } from './scenery.ts';
import type { Story } from './story.ts';
import { sweepOnce } from './sweep-once.ts';

/** Whoever else is at work in the subnets. */
export class Others {
  readonly #region: Region;
  readonly #story: Story;
  readonly #judge: Judge;
  readonly #snipes: Map<number, number>;
  #creates = 0;

  constructor(region: Region, story: Story, judge: Judge, plans: readonly OtherPlan[]) {
    this.#region = region;
    this.#story = story;
    this.#judge = judge;
    this.#snipes = new Map(plans.flatMap((each) => (each.kind === 'snipe' ? [[each.nth, each.holdMs]] : [])));
  }

  /** Carries out one of the plans, and what it brings with it. */
  async act(plan: OtherPlan, lives: readonly Life[], opsId: string): Promise<void> {
    const { time, world } = this.#region;
    if (plan.kind === 'snipe') {
      return;
    }
    await time.sleep(plan.at);
    switch (plan.kind) {
      case 'claim': {
        const subnet = [...world.subnets.values()].filter(({ id }) => !this.#judge.homes.has(id))[
          plan.subnet
        ];
        const address = subnet && pickFree(subnet, plan.where, plan.seed);
        if (subnet !== undefined && address !== undefined) {
          await this.#hold(subnet.id, address, plan.holdMs);
        }
        return;
      }
      case 'pods':
        return this.#pods(lives[plan.node], plan.count, plan.prefix);
      case 'drain': {
        const stop = callBeside(this.#region, plan.share);
        await time.sleep(plan.forMs);
        return stop();
      }
      case 'delete':
        return this.#delete(lives, new Chance(plan.seed));
      case 'sweep':
        return sweepOnce(this.#region, this.#story.logOf('sweep'), { ...plan, instanceId: opsId });
    }
  }

  /** Told of each create before it takes effect. Answers whether someone is faster. */
  snipe({ SubnetId, PrivateIpAddress }: Params): boolean {
    this.#creates += 1;
    const holdMs = this.#snipes.get(this.#creates);
    if (holdMs === undefined || typeof SubnetId !== 'string' || typeof PrivateIpAddress !== 'string') {
      return false;
    }
    void this.#hold(SubnetId, PrivateIpAddress, holdMs);
    return true;
  }

  async #hold(subnetId: string, address: string, holdMs: number): Promise<void> {
    const { world, time } = this.#region;
    const params = { SubnetId: subnetId, PrivateIpAddress: address, Ipv6AddressCount: '0' };
    const action = 'CreateNetworkInterface';
    const answer = unlessFull(() => this.#region.perform({ instanceId: undefined, action, params }));
    if (answer === undefined) {
      return;
    }
    const id = only(answer, 'networkInterface', 'networkInterfaceId');
    this.#judge.othersChange(subnetId);
    this.#story.tell('someone', () => `claims ${address} in ${subnetId} (${id})`);
    await time.sleep(holdMs);
    world.deleteEni(id);
    this.#judge.othersChange(subnetId);
    this.#story.tell('someone', () => `deletes ${id} (${address})`);
  }

  /** As a CNI plugin does it for Multus pods: from the end of the subnet, on the interface's own ENI. */
  #pods(life: Life | undefined, count: number, prefix: boolean): void {
    const { world } = this.#region;
    const eni = world.store
      .attachedEnis(life?.instanceId ?? '')
      .find(({ attachment }) => attachment?.deviceIndex !== 0);
    if (eni === undefined) {
      return;
    }
    const addresses = lastFree(world.subnet(eni.subnetId), count);
    const params: Params = prefix ? { Ipv4PrefixCount: '1' } : { PrivateIpAddress: addresses };
    const call = {
      instanceId: undefined,
      action: 'AssignPrivateIpAddresses',
      params: { NetworkInterfaceId: eni.id, ...params },
    };
    if (unlessFull(() => this.#region.perform(call)) !== undefined) {
      this.#judge.othersChange(eni.subnetId);
      const what = prefix ? 'a prefix' : addresses.join(', ');
      this.#story.tell('pods', () => `of ${life?.plan.name} take ${what}`);
    }
  }

  /** Someone cleans up, in the console. */
  #delete(lives: readonly Life[], chance: Chance): void {
    const { world } = this.#region;
    const ours = world.enis.filter(
      ({ attachment, tags }) =>
        attachment === undefined && tags['multus-bootstrap.io/instance-id'] !== undefined,
    );
    if (ours.length === 0) {
      return;
    }
    const eni = chance.pick(ours);
    const owner = lives.find(({ instanceId }) => instanceId === eni.tags['multus-bootstrap.io/instance-id']);
    if (owner !== undefined) {
      owner.isMarked = true;
      owner.struckAt = this.#region.time.now();
      owner.troubledAt = owner.struckAt;
    }
    if (owner?.run !== undefined) {
      owner.run.faults += 1;
    }
    world.deleteEni(eni.id);
    this.#judge.othersChange(eni.subnetId);
    this.#story.tell('someone', () => `deletes ${eni.id} of ${owner?.plan.name ?? 'nobody'}`);
  }
}
