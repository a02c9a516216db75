import { isIpv6 } from '../../../agent/claim/range.ts';
import type { FaultKind } from '../../simulator/api/faults.ts';
import { Chance } from '../chance.ts';
import type { Call } from '../region.ts';
import { type Stage, WatchedNode } from './node.ts';
import type { Outages } from './outages.ts';
import type { PlannedMishap } from './plan.ts';
import { launchNode, netId } from './site.ts';

/** How long a node takes to boot, until its watcher runs, in ms. */
const bootMs = 25_000;

const refused = { error: { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 } };
const down = { error: { code: 'Unavailable', message: 'The service is unavailable.', status: 503 } };

/** Lets happen what is planned. */
export class Director {
  readonly nodes: WatchedNode[] = [];
  readonly #stage: Stage;
  readonly #outages: Outages;
  readonly #chance: Chance;
  readonly #wavering: Chance;
  #outage: FaultKind | undefined;

  constructor(stage: Stage, outages: Outages) {
    this.#stage = stage;
    this.#outages = outages;
    this.#chance = new Chance(stage.plan.seed ^ 0xd12ec7);
    this.#wavering = new Chance(stage.plan.seed ^ 0x3a7e);
    stage.region.trouble = (call) => this.#trouble(call);
  }

  /** @param ageMs since its launch */
  add(ageMs: number): WatchedNode {
    const place = launchNode(this.#stage.region, this.#stage.plan, ageMs);
    const node = new WatchedNode(`n${this.nodes.length + 1}`, place, this.#stage);
    this.nodes.push(node);
    return node;
  }

  /** Which ENI holds the address. */
  holderEni(address: string): string | undefined {
    const { world } = this.#stage.region;
    const { pool, ipv6Pool } = world.subnet(netId);
    return (isIpv6(address) ? ipv6Pool : pool).ownerOf(address);
  }

  /** The node to which EC2 delivers what is sent to the address. */
  servant(address: string): WatchedNode | undefined {
    return this.#nodeWith(this.#stage.region.world.dataPath.deliveredTo({ subnetId: netId, address }));
  }

  #nodeWith(eniId: string | undefined): WatchedNode | undefined {
    return this.nodes.find(({ place }) => place.link.eniId === eniId);
  }

  async play(mishap: PlannedMishap): Promise<void> {
    const { time } = this.#stage.region;
    await time.sleep(mishap.at - time.now());
    const node =
      mishap.who === 'holder'
        ? (this.#nodeWith(this.holderEni(this.#stage.plan.addresses[0] ?? '')) ?? this.nodes[0])
        : this.nodes[mishap.who % this.nodes.length];
    if (node === undefined || (node.isGone && mishap.what !== 'join')) {
      return;
    }
    this.#stage.story.tell(
      node.name,
      () => `### ${mishap.what}${mishap.forMs === undefined ? '' : ` for ${mishap.forMs} ms`}`,
    );
    this.#outages.lastMishap = mishap.what;
    await this.#suffer(node, mishap);
  }

  async #suffer(node: WatchedNode, { what, forMs }: PlannedMishap): Promise<void> {
    const { region, network, story } = this.#stage;
    const { time, world } = region;
    const { instanceId } = node.place;
    const healing = async (heal: () => void) => {
      if (forMs !== undefined) {
        await time.sleep(forMs);
        if (!node.isGone) {
          story.tell(node.name, () => `### ${what} is over`);
          heal();
        }
      }
    };
    const dies = () => {
      node.kill();
      node.change({ isUp: false });
    };
    const boots = async () => {
      await time.sleep(bootMs);
      if (!node.isGone && world.instances.get(instanceId)?.state === 'running') {
        node.change({ isUp: true, isServing: true, isDraining: false });
        node.start();
      }
    };
    const says = (state: 'stopping' | 'shutting-down') => {
      world.instances.set(instanceId, { ...world.instance(instanceId), state });
    };
    const cut = async (isCut: (a: string, b: string) => boolean) => {
      const mend = network.cut(isCut);
      await healing(() => undefined);
      mend();
    };
    switch (what) {
      case 'panic':
        dies();
        return forMs === undefined ? undefined : healing(() => undefined).then(boots);
      case 'hang':
        node.kill();
        node.change({ isServing: false });
        return forMs === undefined ? undefined : healing(dies).then(boots);
      case 'terminate':
      case 'cleanStop':
        node.change({ isGone: true });
        if (what === 'cleanStop') {
          await node.stop();
          await time.sleep(this.#chance.between(500, 2_000));
        } else {
          await time.sleep(this.#chance.between(0, 500));
        }
        dies();
        await time.sleep(this.#chance.between(500, 4_000));
        says('shutting-down');
        await time.sleep(this.#chance.between(5_000, 40_000));
        return world.terminate(instanceId);
      case 'stop':
        dies();
        await time.sleep(this.#chance.between(500, 4_000));
        says('stopping');
        await time.sleep(this.#chance.between(5_000, 40_000));
        world.instances.set(instanceId, { ...world.instance(instanceId), state: 'stopped' });
        return forMs === undefined ? undefined : healing(() => world.start(instanceId)).then(boots);
      case 'hardReboot':
        dies();
        return boots();
      case 'cleanReboot':
        await node.stop();
        dies();
        return boots();
      case 'drain':
        node.change({ isDraining: true });
        return healing(() => node.change({ isDraining: false }));
      case 'killWatcher':
        node.kill();
        return healing(() => node.start());
      case 'restartWatcher':
        await node.stop();
        return healing(() => node.start());
      case 'cutLink':
        node.change({ hasCarrier: false });
        return healing(() => node.change({ hasCarrier: true }));
      case 'killService':
        node.change({ isServing: false });
        return healing(() => node.change({ isServing: true }));
      case 'isolate':
        node.change({ isIsolated: true });
        return healing(() => node.change({ isIsolated: false }));
      case 'loseEc2':
        node.change({ hasEc2: false });
        return healing(() => node.change({ hasEc2: true }));
      case 'loseGateway':
        node.change({ hasGateway: false });
        return healing(() => node.change({ hasGateway: true }));
      case 'cutPair':
      case 'flapPair': {
        const other = this.nodes[(this.nodes.indexOf(node) + 1) % this.nodes.length];
        const pair = [node.name, other?.name];
        const isCut = (a: string, b: string) => a !== b && pair.includes(a) && pair.includes(b);
        return what === 'cutPair' ? cut(isCut) : this.#flap(isCut, forMs ?? 0);
      }
      case 'partition':
      case 'fullPartition': {
        const others = this.nodes.filter((each) => each !== node);
        const far = others.filter((_, n) => n === 0 || this.#chance.yes(0.5));
        const names = new Set(far.map(({ name }) => name));
        story.tell('network', () => `### apart: ${[...names].join(' ')}`);
        const silent = what === 'fullPartition' ? far.filter(({ hasEc2 }) => hasEc2) : [];
        for (const each of silent) {
          each.change({ hasEc2: false });
        }
        await cut((a, b) => names.has(a) !== names.has(b));
        for (const each of silent) {
          each.change({ hasEc2: true });
        }
        return;
      }
      case 'ec2Outage':
      case 'throttle':
        this.#outage = what === 'throttle' ? refused : this.#chance.pick<FaultKind>([down, 'hang', 'reset']);
        await healing(() => undefined);
        this.#outage = undefined;
        return;
      case 'join': {
        const joined = this.add(0);
        await time.sleep(bootMs);
        joined.start();
      }
    }
  }

  async #flap(isCut: (a: string, b: string) => boolean, forMs: number): Promise<void> {
    const { network, region } = this.#stage;
    const everyMs = this.#chance.between(5_000, 20_000);
    const until = region.time.now() + forMs;
    while (region.time.now() < until) {
      const mend = network.cut(isCut);
      await region.time.sleep(everyMs);
      mend();
      await region.time.sleep(everyMs);
    }
  }

  #trouble(call: Call): FaultKind | undefined {
    const { region, plan, judge } = this.#stage;
    region.world.settle();
    judge.before(call);
    if (plan.ec2.wavers) {
      region.world.settings.consistencyMs = this.#wavering.between(0, plan.ec2.consistencyMs);
    }
    if (this.#outage !== undefined) {
      return this.#outage;
    }
    if (region.time.now() > plan.calmAt || !this.#chance.yes(plan.ec2.troubleShare)) {
      return undefined;
    }
    return this.#chance.pick<FaultKind>([
      'lostAnswer',
      'reset',
      'hang',
      refused,
      down,
      { delayMs: this.#chance.between(500, 12_000) },
    ]);
  }
}
