import { attachAll } from '../../agent/commands/run/attach-all.ts';
import { createClaims } from '../../agent/commands/run/claims.ts';
import type { RunContext } from '../../agent/commands/run/context.ts';
import { newProgress, type Progress } from '../../agent/commands/run/progress.ts';
import type { NodeConfig } from '../../agent/config/model.ts';
import { createDeadline, type Deadline } from '../../agent/deadline.ts';
import type { Log } from '../../agent/report/log.ts';
import { Random } from '../simulator/model/random.ts';
import { simulatedEc2 } from './ec2.ts';
import { Machine } from './machine.ts';
import { Process } from './process.ts';
import type { Region } from './region.ts';
import { sender } from './send.ts';

export interface NodeOptions {
  instanceId: string;
  config: NodeConfig;
  seed: number;
  log: Log;
  /** What the agent's code is handed instead: to see what comes of a fault in it. */
  wrap?: (context: RunContext) => RunContext;
}

/** A worker on which the agent's own code runs: observe, plan, claim, apply. */
export class FleetNode {
  readonly instanceId: string;
  /** What the next run reads. */
  config: NodeConfig;
  readonly machine: Machine;
  readonly #region: Region;
  readonly #random: Random;
  readonly #log: Log;
  readonly #wrap: (context: RunContext) => RunContext;
  #process: Process | undefined;

  constructor(region: Region, { instanceId, config, seed, log, wrap }: NodeOptions) {
    this.instanceId = instanceId;
    this.config = config;
    this.machine = new Machine(region.time);
    region.plugs.set(instanceId, (eni, isThere) => this.machine.plug(eni, isThere));
    this.#region = region;
    this.#random = new Random(seed);
    this.#log = log;
    this.#wrap = wrap ?? ((context) => context);
  }

  /** Kills the run that is under way: nothing more comes of it. What is on its way to EC2 gets there. */
  kill(): void {
    this.#process?.kill();
  }

  /** Starts a process of the agent: what it is to do with its world is done through `process.alive`. */
  begin(): { process: Process; deadline: Deadline; context: RunContext } {
    const process = new Process(this.#region.time);
    this.#process = process;
    const deadline = createDeadline(process.clock, this.config.timeoutMs, 'the deadline (spec.timeout)');
    return { process, deadline, context: this.#wrap(this.#context(process, deadline.signal)) };
  }

  /**
   * One run of the agent. Resolves when its interfaces are whole, that is when kubelet would be let start;
   * `finished` when all is done that kubelet need not wait for. Rejects with the run's `Failure`. A run that is
   * killed does neither.
   */
  async run(): Promise<{ progress: Progress; finished: Promise<void> }> {
    const { process, deadline, context } = this.begin();
    const progress = newProgress();
    const finish = async () => {
      try {
        await Promise.all([
          progress.leftovers,
          ...progress.ready.map((each) => each.deleteOnTermination.done),
        ]);
      } finally {
        deadline[Symbol.dispose]();
      }
    };
    return process.alive(async () => {
      try {
        await attachAll(context, progress, { cardEnis: undefined });
      } catch (error) {
        await finish().catch(() => undefined);
        throw error;
      }
      return { progress, finished: process.alive(finish) };
    });
  }

  #context(process: Process, signal: AbortSignal): RunContext {
    const random = () => this.#random.next() / 2 ** 32;
    const send = sender(this.#region, this.instanceId, random);
    const { world } = this.#region;
    const instance = world.instance(this.instanceId);
    const ec2 = simulatedEc2(this.#region, (...call) => process.alive(() => send(...call)));
    return {
      ec2: { ...ec2, endpoint: 'https://ec2.simulated', proxy: undefined },
      host: this.machine.hostFor(process),
      clock: process.clock,
      wallClock: () => world.wallClock().getTime(),
      random,
      log: this.#log,
      config: this.config,
      instance: {
        instanceId: this.instanceId,
        instanceType: instance.type,
        zone: instance.zone,
        region: world.settings.region,
        vpcId: world.subnet(instance.subnetId).vpcId,
        primaryMac: world.store.attachedEnis(this.instanceId)[0]?.mac ?? '',
        launchedAt: world
          .wallClock(instance.launchedAt)
          .toISOString()
          .replace(/\.\d+Z$/, 'Z'),
      },
      signal,
      claims: createClaims(),
      kubeletHasRun: async () => false,
    };
  }
}
