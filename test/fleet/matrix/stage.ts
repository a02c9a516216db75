import type { NodeConfig } from '../../../agent/config/model.ts';
import { exitCodeOf, messageOf } from '../../../agent/failure.ts';
import { silentLog } from '../../silent-log.ts';
import type { FaultKind } from '../../simulator/api/faults.ts';
import { FleetNode } from '../node.ts';
import type { Call, Region } from '../region.ts';
import { VirtualTime } from '../virtual-time.ts';
import { instanceId, newPlace, type Place } from './place.ts';
import { Names, type Step } from './steps.ts';

/** How a command went. */
export type Outcome =
  | { kind: 'done' }
  | { kind: 'killed' }
  | { kind: 'failed'; exitCode: number; message: string; joined: boolean };

/** Who is told of each step, and may disturb it. */
export interface Audience {
  /** Before the effect. What is answered happens to a call; what is thrown, to a step on the host. */
  before(step: Step, call?: Call): FaultKind | undefined;
  /** Just after the effect. What is thrown happens to a step on the host. */
  after(step: Step): void;
}

/** A command of the agent, from its start to its end; it tells when it would let kubelet start. */
export type Command = (node: FleetNode, joined: () => void) => Promise<void>;

/** One node in a Region of its own, on which commands are run while someone listens. */
export class Stage {
  readonly time = new VirtualTime();
  readonly region: Region;
  readonly node: FleetNode;
  readonly names: Names;
  /** Every step so far. */
  readonly steps: Step[] = [];
  audience: Audience = { before: () => undefined, after: () => undefined };
  /** What has been told in the journal as a warning or an error. */
  readonly told: string[] = [];
  #kill: () => void = () => undefined;
  readonly #counts = new Map<string, number>();
  readonly #calls = new WeakMap<Call, Step>();

  constructor(consistencyMs: number, config: (place: Place) => NodeConfig) {
    const { region, place } = newPlace(this.time, consistencyMs);
    this.region = region;
    const { world } = region;
    const tell = (message: string) => void this.told.push(message);
    this.node = new FleetNode(this.region, {
      instanceId,
      config: config(place),
      seed: 1,
      log: { ...silentLog, warn: tell, error: tell },
    });
    this.names = new Names(world);
    this.#listen();
  }

  /** Runs a command to its end, or until it is killed. */
  async attempt(command: Command): Promise<Outcome> {
    let joined = false;
    const killed = new Promise<Outcome>((resolve) => {
      this.#kill = () => resolve({ kind: 'killed' });
    });
    const ended = command(this.node, () => {
      joined = true;
    }).then(
      (): Outcome => ({ kind: 'done' }),
      (error: unknown): Outcome => {
        const message =
          error instanceof Error && exitCodeOf(error) === 1 ? `${error.stack}` : messageOf(error);
        return { kind: 'failed', exitCode: exitCodeOf(error), message, joined };
      },
    );
    return this.time.run(Promise.race([ended, killed]));
  }

  kill(): void {
    this.node.kill();
    this.#kill();
  }

  /** Lets time pass. */
  async wait(ms: number): Promise<void> {
    await this.time.run(this.time.sleep(ms));
  }

  #listen(): void {
    const { region, node } = this;
    const { machine } = node;
    const open = new Map<string, Step>();
    region.trouble = (call) => {
      const step = this.#step(this.names.call(call), call.action);
      this.#calls.set(call, step);
      return this.audience.before(step, call);
    };
    region.onCall = ({ call }) => {
      const step = this.#calls.get(call);
      if (step !== undefined) {
        this.audience.after(step);
      }
    };
    machine.onStep = (name, moment) => {
      const step = moment === 'before' ? this.#step(name) : open.get(name);
      if (step !== undefined) {
        open.set(name, step);
        this.audience[moment](step);
      }
    };
    region.plugs.set(instanceId, (eni, isThere) => {
      const step = this.#step(`device of ${this.names.eni(eni.id)} ${isThere ? 'comes' : 'goes'}`);
      if (this.audience.before(step) !== 'hang') {
        machine.plug(eni, isThere);
      }
      this.audience.after(step);
    });
  }

  #step(name: string, action?: string): Step {
    const nth = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, nth);
    const step = { name, nth, ...(action && { action }) };
    this.steps.push(step);
    return step;
  }
}
