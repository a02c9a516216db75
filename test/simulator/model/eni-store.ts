import type { Clock } from '../../../agent/clock.ts';
import type { Agenda } from './agenda.ts';
import { History } from './history.ts';
import { notFound } from './ids.ts';
import type { Eni } from './records.ts';
import type { Settings } from './settings.ts';

/** The ENIs, each as it is in truth, as listings show it and as IMDS knows it: both may lag. */
export class EniStore {
  readonly #clock: Clock;
  readonly #agenda: Agenda;
  readonly #settings: Settings;
  readonly #keepMs: number;
  readonly #enis = new Map<string, History<Eni>>();
  readonly #bySubnet = new Map<string, Set<string>>();
  readonly #byInstance = new Map<string, Set<string>>();
  #eniCount = 0;

  constructor(clock: Clock, agenda: Agenda, settings: Settings) {
    this.#clock = clock;
    this.#agenda = agenda;
    this.#settings = settings;
    this.#keepMs = Math.max(settings.consistencyMs, settings.imdsLagMs);
  }

  /** Every ENI there is in truth, the hidden ones included. */
  all(): Eni[] {
    return [...this.#enis.values()].flatMap((history) => history.current ?? []);
  }

  /** The ENIs as listings show them now, late by the visibility lag. */
  visibleEnis(subnetId?: string): Eni[] {
    const ids = subnetId === undefined ? this.#enis.keys() : (this.#bySubnet.get(subnetId) ?? []);
    const seen: Eni[] = [];
    for (const id of ids) {
      const eni = this.visibleEni(id);
      if (eni !== undefined) seen.push(eni);
    }
    return seen;
  }

  visibleEni(eniId: string): Eni | undefined {
    const eni = this.#enis.get(eniId)?.asOf(this.#clock.now() - this.#settings.consistencyMs);
    return eni?.hidden ? undefined : eni;
  }

  /** The ENI as IMDS knows it now. */
  imdsEni(eniId: string): Eni | undefined {
    return this.#enis.get(eniId)?.asOf(this.#clock.now() - this.#settings.imdsLagMs);
  }

  findEni(eniId: string): Eni | undefined {
    return this.#enis.get(eniId)?.current;
  }

  /** Throws for an ENI that is not there in truth. */
  eni(eniId: string): Eni {
    const eni = this.findEni(eniId);
    if (eni === undefined) throw notFound('eni', eniId);
    return eni;
  }

  /** Of all ENIs, those of neighbours not counted. */
  get eniCount(): number {
    return this.#eniCount;
  }

  attachedEnis(instanceId: string): Eni[] {
    return [...(this.#byInstance.get(instanceId) ?? [])].flatMap((id) => this.findEni(id) ?? []);
  }

  /** Stores the ENI as it is from `at` on: now, or always, for what was there before the story begins. */
  setEni(eni: Eni, at = this.#clock.now()): void {
    let history = this.#enis.get(eni.id);
    if (history === undefined) {
      history = new History(this.#keepMs);
      this.#enis.set(eni.id, history);
      addTo(this.#bySubnet, eni.subnetId, eni.id);
      if (!eni.hidden) this.#eniCount++;
    }
    this.#indexAttachment(history.current, eni);
    history.set(at, eni);
  }

  dropEni(eni: Eni): void {
    const history = this.#enis.get(eni.id);
    this.#indexAttachment(history?.current, undefined);
    history?.set(this.#clock.now(), undefined);
    if (!eni.hidden) this.#eniCount--;
    const forget = () => {
      this.#enis.delete(eni.id);
      this.#bySubnet.get(eni.subnetId)?.delete(eni.id);
    };
    if (this.#keepMs === 0) forget();
    else this.#agenda.add(this.#clock.now() + this.#keepMs, forget);
  }

  #indexAttachment(before: Eni | undefined, after: Eni | undefined): void {
    const from = before?.attachment?.instanceId;
    const to = after?.attachment?.instanceId;
    if (from === to) return;
    if (before !== undefined && from !== undefined) this.#byInstance.get(from)?.delete(before.id);
    if (after !== undefined && to !== undefined) {
      addTo(this.#byInstance, to, after.id);
    }
  }
}

function addTo(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key) ?? new Set();
  index.set(key, ids.add(id));
}
