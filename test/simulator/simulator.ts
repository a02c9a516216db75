import type { Server } from 'node:http';
import { type Clock, systemClock } from '../../agent/clock.ts';
import { Buckets } from './api/buckets.ts';
import { CredentialStore, type Credentials } from './api/credentials.ts';
import { Faults } from './api/faults.ts';
import { Permissions } from './api/permissions.ts';
import { CallRecord } from './api/record.ts';
import { Background } from './background.ts';
import { type CallHooks, ec2Server } from './http/ec2-server.ts';
import { close, listen } from './http/listen.ts';
import { Imds } from './imds/imds.ts';
import { imdsServer } from './imds/imds-server.ts';
import type { ImdsOptions } from './imds/options.ts';
import type { Destination } from './model/data-path.ts';
import type { LaunchRequest } from './model/instances.ts';
import type { Eni, Instance } from './model/records.ts';
import { World, type WorldEvent, type WorldOptions } from './model/world.ts';

/** For tests that play the hardware, or that stop a client at one of its calls. */
export interface Hooks extends CallHooks {
  /**
   * Makes the device appear: called `deviceMs` after the call that attaches, or after the start of an instance
   * that was stopped then.
   */
  attached?: (eni: Eni, instance: Instance) => Promise<void> | void;
  /** Makes the device go, if it was there. */
  detached?: (eni: Eni, instance: Instance) => Promise<void> | void;
  deleted?: (eni: Eni) => Promise<void> | void;
  /** The VPC delivers the address's packets to another ENI from now on, or to none. To be given from the start. */
  rerouted?: (destination: Destination, eniId: string | undefined) => Promise<void> | void;
}

export interface SimulatorOptions extends Partial<Omit<WorldOptions, 'clock'>> {
  clock?: Clock;
  /** How long each action takes, in ms: a number, or from-to; `*` stands for all others. */
  latencies?: Record<string, number | readonly [number, number]>;
  /** Whether EC2 throttles. */
  buckets?: boolean;
  /** How far a request's date may be off, in ms: 15 minutes by default. */
  clockSkewMs?: number;
  host?: string;
  port?: number;
  hooks?: Hooks;
}

export interface SimulatedNode {
  instanceId: string;
  /** For AWS_EC2_METADATA_SERVICE_ENDPOINT. */
  imdsUrl: string;
  /** As it was at the launch. */
  primaryEni: Eni;
  /** May be changed at any time. */
  imds: ImdsOptions;
}

export interface NodeRequest extends LaunchRequest {
  imds?: Partial<ImdsOptions> & { host?: string; port?: number };
}

/** EC2 and IMDS over HTTP, on a world of its own. */
export class Simulator {
  readonly world: World;
  readonly record = new CallRecord();
  readonly faults = new Faults();
  readonly permissions = new Permissions();
  readonly credentials: CredentialStore;
  ec2Url = '';
  readonly #ec2: Server;
  readonly #imdsServers: Server[] = [];
  readonly #imds = new Map<string, Imds>();
  readonly #background: Background;
  readonly #hooks: Hooks;
  readonly #host: string;

  constructor(options: SimulatorOptions) {
    const { clock = systemClock, latencies, buckets, clockSkewMs, host, port, hooks, ...world } = options;
    this.world = new World({ epoch: Date.now() - clock.now(), ...world, clock });
    const { account, region } = this.world.settings;
    this.credentials = new CredentialStore(this.world.random, account, region);
    this.#background = new Background(clock);
    this.#hooks = hooks ?? {};
    this.#host = host ?? '127.0.0.1';
    this.world.onEvent = (event) => this.#onEvent(event);
    const { rerouted } = this.#hooks;
    if (rerouted !== undefined) {
      this.world.dataPath.onReroute = (destination, eniId) =>
        this.#background.run(`the hook 'rerouted' for ${destination.address}`, () =>
          rerouted(destination, eniId),
        );
    }
    this.world.agenda.onAdded = (at) => this.#background.at(at, () => this.world.settle());
    this.#ec2 = ec2Server({
      world: this.world,
      buckets: buckets === false ? undefined : new Buckets(),
      permissions: this.permissions,
      faults: this.faults,
      record: this.record,
      credentials: this.credentials,
      hooks: this.#hooks,
      latency: (action) => this.#pick(latencies?.[action] ?? latencies?.['*'] ?? 0),
      clockSkewMs: clockSkewMs ?? 15 * 60 * 1000,
      closing: this.#background.closing,
      pause: (ms) => this.#background.pause(ms),
      onFailure: (error) => this.#background.failed(error),
    });
  }

  /** Listens for EC2 calls. */
  async start(port: number): Promise<void> {
    this.ec2Url = await listen(this.#ec2, this.#host, port);
  }

  /** Launches an instance, with an IMDS that listens for it. */
  async launch(request: NodeRequest): Promise<SimulatedNode> {
    const { imds: imdsRequest, ...launch } = request;
    const { host = this.#host, port = 0, ...options } = imdsRequest ?? {};
    const instance = this.world.launch(launch);
    const imds = new Imds(this.world, instance.id, this.credentials, options);
    this.#imds.set(instance.id, imds);
    const server = imdsServer(imds, (ms) => this.#background.pause(ms));
    this.#imdsServers.push(server);
    const imdsUrl = await listen(server, host, port);
    const [primaryEni] = this.world.store.attachedEnis(instance.id);
    if (primaryEni === undefined) {
      throw new Error(`${instance.id} has no primary ENI`);
    }
    return { instanceId: instance.id, imdsUrl, primaryEni, imds: imds.options };
  }

  /** The environment in which AWS clients talk to this simulator: as that instance, or as a user. */
  environment(who: SimulatedNode | Credentials): Record<string, string> {
    const { region } = this.world.settings;
    const common = { AWS_ENDPOINT_URL_EC2: this.ec2Url, AWS_REGION: region, AWS_DEFAULT_REGION: region };
    if ('imdsUrl' in who) {
      /** The aws command of version 2.9 joins path and endpoint without a slash of its own. */
      return { ...common, AWS_EC2_METADATA_SERVICE_ENDPOINT: `${who.imdsUrl}/` };
    }
    const { accessKeyId, secretAccessKey } = who;
    return { ...common, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  }

  /** Ends everything under way; throws what a hook or the simulator itself failed with, and hooks that go on. */
  async close(boundMs = 10_000): Promise<void> {
    this.#background.abort();
    await Promise.all([this.#ec2, ...this.#imdsServers].map(close));
    await this.#background.end(boundMs);
  }

  #pick(latency: number | readonly [number, number]): number {
    if (typeof latency === 'number') {
      return latency;
    }
    return latency[0] + this.world.random.below(latency[1] - latency[0] + 1);
  }

  #onEvent(event: WorldEvent): void {
    if (event.kind === 'deleted') {
      this.#call('deleted', event.eni, () => this.#hooks.deleted?.(event.eni));
    } else if (event.kind === 'deviceAdded') {
      this.#call('attached', event.eni, () => this.#hooks.attached?.(event.eni, event.instance));
    } else if (event.kind === 'detached') {
      this.#imds.get(event.instance.id)?.detached(event.eni.mac);
    } else {
      this.#call('detached', event.eni, () => this.#hooks.detached?.(event.eni, event.instance));
    }
  }

  #call(hook: 'attached' | 'detached' | 'deleted', eni: Eni, run: () => Promise<void> | void): void {
    this.#background.run(`the hook '${hook}' for ${eni.id}`, run);
  }
}

/** A simulator that listens; `close` it in the end. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(options);
  await simulator.start(options.port ?? 0);
  return simulator;
}
