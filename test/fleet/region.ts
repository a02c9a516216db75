import { perform } from '../simulator/api/api.ts';
import { Buckets } from '../simulator/api/buckets.ts';
import type { FaultKind } from '../simulator/api/faults.ts';
import type { Params } from '../simulator/api/params.ts';
import { Permissions } from '../simulator/api/permissions.ts';
import type { Answer } from '../simulator/http/xml.ts';
import type { Eni } from '../simulator/model/records.ts';
import { World, type WorldOptions } from '../simulator/model/world.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A call as it reaches EC2. */
export interface Call {
  /** The instance that makes it; undefined for whoever works from outside. */
  instanceId: string | undefined;
  action: string;
  params: Params;
}

interface RegionOptions extends Partial<Omit<WorldOptions, 'clock'>> {
  time: VirtualTime;
  /** How long a call of this action takes, in ms, there and back. */
  latency: (action: string) => number;
  /** Whether EC2 throttles. */
  throttles?: boolean;
  /** How long after its launch DescribeInstances begins to show an instance, in ms. */
  launchLagMs?: (instanceId: string) => number;
  /** What is to go wrong with the call. */
  trouble?: (call: Call) => FaultKind | undefined;
}

/** What happened to a call, for whoever watches. */
export interface Happening {
  call: Call;
  /** EC2's error code; undefined where the call was carried out. */
  code: string | undefined;
}

/** One Region of EC2 in virtual time: the simulator's model and guards, without HTTP. */
export class Region {
  readonly time: VirtualTime;
  readonly world: World;
  readonly permissions = new Permissions();
  readonly latency: (action: string) => number;
  readonly launchLagMs: (instanceId: string) => number;
  trouble: (call: Call) => FaultKind | undefined;
  /** Told of every call at the moment of its effect. */
  onCall: (happening: Happening) => void = () => undefined;
  /** By instance id: told when an ENI's device comes, and when it goes. */
  readonly plugs = new Map<string, (eni: Eni, isThere: boolean) => void>();
  readonly #buckets: Buckets | undefined;

  constructor({ time, latency, throttles = true, launchLagMs, trouble, ...world }: RegionOptions) {
    this.time = time;
    this.latency = latency;
    this.launchLagMs = launchLagMs ?? (() => 0);
    this.trouble = trouble ?? (() => undefined);
    this.world = new World({ ...world, clock: time });
    this.#buckets = throttles ? new Buckets() : undefined;
    this.world.agenda.onAdded = (at) => {
      if (Number.isFinite(at)) {
        time.at(at, () => this.world.settle());
      }
    };
    this.world.onEvent = (event) => {
      if (event.kind === 'deviceAdded' || event.kind === 'deviceRemoved') {
        this.plugs.get(event.instance.id)?.(event.eni, event.kind === 'deviceAdded');
      }
    };
  }

  /** Carries out a call, at once. Throws EC2's `ApiError`. */
  perform(call: Call): { [member: string]: Answer } {
    const { account, region } = this.world.settings;
    const arn = `arn:aws:sts::${account}:assumed-role/node/${call.instanceId ?? 'someone'}`;
    const caller = { arn, account, region, instanceId: call.instanceId };
    const guards = { buckets: this.#buckets, permissions: this.permissions };
    return perform(this.world, guards, call.action, call.params, caller);
  }
}
