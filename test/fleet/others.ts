import { formatAddress } from '../../agent/claim/range.ts';
import { createDeadline } from '../../agent/commands/run/deadline.ts';
import { clearAll } from '../../agent/commands/sweep/clear.ts';
import { confirmed } from '../../agent/commands/sweep/leftover.ts';
import { look } from '../../agent/commands/sweep/look.ts';
import type { Params } from '../simulator/api/params.ts';
import { Chance } from './chance.ts';
import { simulatedEc2 } from './ec2.ts';
import { only } from './fields.ts';
import type { Judge } from './judge.ts';
import type { Life } from './life.ts';
import type { Region } from './region.ts';
import { callBeside } from './scale-up/other-callers.ts';
import type { OtherPlan } from './scenario/model.ts';
import { bounds, toAddress } from './scenario/network.ts';
import { unlessFull } from './scenery.ts';
import { sender } from './send.ts';
import type { Story } from './story.ts';

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
        const address = subnet?.cidr && this.#free(subnet.id, subnet.cidr, plan.where, plan.seed);
        if (subnet !== undefined && address) {
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
        return this.sweep(opsId, plan.intervalMs, plan.seed);
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

  /** The sweep command's own steps. Throws a failure of it. */
  async sweep(instanceId: string, intervalMs: number, seed: number): Promise<void> {
    const chance = new Chance(seed);
    const random = () => chance.fraction();
    const region = this.#region;
    using deadline = createDeadline(region.time, region.time.now() + 1_800_000, 'the time that sweep has');
    const { signal } = deadline;
    const context = {
      ec2: {
        ...simulatedEc2(region, sender(region, instanceId, random)),
        endpoint: 'simulated',
        proxy: undefined,
      },
      clock: region.time,
      random,
      log: this.#story.logOf('sweep'),
      signal,
    };
    const viewpoint = { instanceId, accountId: region.world.settings.account };
    const first = await look(context, viewpoint);
    await region.time.sleep(intervalMs, signal);
    const left = confirmed(first, await look(context, viewpoint));
    const failures = await clearAll(context, left);
    if (failures.length > 0) {
      throw failures[0];
    }
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
    }
    if (owner?.run !== undefined) {
      owner.run.faults += 1;
    }
    world.deleteEni(eni.id);
    this.#judge.othersChange(eni.subnetId);
    this.#story.tell('someone', () => `deletes ${eni.id} of ${owner?.plan.name ?? 'nobody'}`);
  }

  #free(
    subnetId: string,
    cidr: string,
    where: 'lowest' | 'anywhere' | 'highest',
    seed: number,
  ): string | undefined {
    const { pool } = this.#region.world.subnet(subnetId);
    const { first, last } = bounds(cidr);
    const hosts = Array.from({ length: last - first - 4 }, (_, n) => toAddress(first + 4 + n));
    const free = hosts.filter((address) => pool.ownerOf(address) === undefined);
    switch (where) {
      case 'lowest':
        return free[0];
      case 'highest':
        return free.at(-1);
      case 'anywhere':
        return free[new Chance(seed).between(0, free.length - 1)];
    }
  }

  /** As a CNI plugin does it for Multus pods: from the end of the subnet, on the interface's own ENI. */
  #pods(life: Life | undefined, count: number, prefix: boolean): void {
    const { world } = this.#region;
    const eni = world.store
      .attachedEnis(life?.instanceId ?? '')
      .find(({ attachment }) => attachment?.deviceIndex !== 0);
    const subnet = eni && world.subnet(eni.subnetId);
    if (eni === undefined || subnet?.cidr === undefined) {
      return;
    }
    const { last } = bounds(subnet.cidr);
    const free = Array.from({ length: 64 }, (_, n) => last - 1 - n)
      .filter((n) => n > bounds(subnet.cidr ?? '').first + 3)
      .map((n) => formatAddress(BigInt(n)))
      .filter((address) => subnet.pool.ownerOf(address) === undefined);
    const params: Params = prefix ? { Ipv4PrefixCount: '1' } : { PrivateIpAddress: free.slice(0, count) };
    const call = {
      instanceId: undefined,
      action: 'AssignPrivateIpAddresses',
      params: { NetworkInterfaceId: eni.id, ...params },
    };
    if (unlessFull(() => this.#region.perform(call)) !== undefined) {
      this.#judge.othersChange(subnet.id);
      this.#story.tell(
        'pods',
        () => `of ${life?.plan.name} take ${prefix ? 'a prefix' : free.slice(0, count).join(', ')}`,
      );
    }
  }
}
