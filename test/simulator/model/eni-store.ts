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
  /** Of each instance, all ENIs that it has or had: listings and IMDS tell of the past. */
  readonly #byInstance = new Map<string, Set<string>>();
  #eniCount = 0;
  /** Told of each change of the record: what was, what is, and since when. */
  onChange: (before: Eni | undefined, after: Eni | undefined, at: number) => void = () => {};

  constructor(clock: Clock, agenda: Agenda, settings: Settings) {
    this.#clock = clock;
    this.#agenda = agenda;
    this.#settings = settings;
    this.#keepMs = Math.max(settings.consistencyMs, settings.imdsLagMs + settings.imdsAddressesMs);
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
      if (eni !== undefined) {
        seen.push(eni);
      }
    }
    return seen;
  }

  visibleEni(eniId: string): Eni | undefined {
    const eni = this.#enis.get(eniId)?.asOf(this.#clock.now() - this.#settings.consistencyMs);
    return eni?.hidden ? undefined : eni;
  }

  findEni(eniId: string): Eni | undefined {
    return this.#enis.get(eniId)?.current;
  }

  /** Throws for an ENI that is not there in truth. */
  eni(eniId: string): Eni {
    const eni = this.findEni(eniId);
    if (eni === undefined) {
      throw notFound('eni', eniId);
    }
    return eni;
  }

  /** Of all ENIs, those of neighbours not counted. */
  get eniCount(): number {
    return this.#eniCount;
  }

  attachedEnis(instanceId: string): Eni[] {
    return this.#attachedTo(instanceId, (id) => this.findEni(id));
  }

  /** The instance's ENIs as listings show them now. */
  visiblyAttachedEnis(instanceId: string): Eni[] {
    return this.#attachedTo(instanceId, (id) => this.visibleEni(id));
  }

  /** The instance's ENIs as IMDS knows them now: their addresses as they were longer ago, or when it was attached. */
  imdsEnis(instanceId: string): Eni[] {
    const { imdsLagMs, imdsAddressesMs } = this.#settings;
    const time = this.#clock.now() - imdsLagMs;
    return this.#attachedTo(instanceId, (id) => {
      const history = this.#enis.get(id);
      const eni = history?.asOf(time);
      const then = history?.asOf(Math.max(time - imdsAddressesMs, eni?.attachment?.at ?? time));
      return eni && { ...eni, ...(then && addressesOf(then)) };
    });
  }

  #attachedTo(instanceId: string, look: (eniId: string) => Eni | undefined): Eni[] {
    const attached: Eni[] = [];
    for (const id of this.#byInstance.get(instanceId) ?? []) {
      const eni = look(id);
      if (eni?.attachment?.instanceId === instanceId) {
        attached.push(eni);
      }
    }
    return attached;
  }

  /** Stores the ENI as it is from `at` on: now, or always, for what was there before the story begins. */
  setEni(eni: Eni, at = this.#clock.now()): void {
    let history = this.#enis.get(eni.id);
    if (history === undefined) {
      history = new History(this.#keepMs);
      this.#enis.set(eni.id, history);
      addTo(this.#bySubnet, eni.subnetId, eni.id);
      if (!eni.hidden) {
        this.#eniCount++;
      }
    }
    const before = history.current;
    if (eni.attachment?.instanceId !== undefined) {
      addTo(this.#byInstance, eni.attachment.instanceId, eni.id);
    }
    history.set(at, eni);
    this.onChange(before, eni, at);
  }

  dropEni(eni: Eni): void {
    const now = this.#clock.now();
    this.#enis.get(eni.id)?.set(now, undefined);
    this.onChange(eni, undefined, now);
    if (!eni.hidden) {
      this.#eniCount--;
    }
    const forget = () => {
      this.#enis.delete(eni.id);
      this.#bySubnet.get(eni.subnetId)?.delete(eni.id);
      for (const ids of this.#byInstance.values()) {
        ids.delete(eni.id);
      }
    };
    if (this.#keepMs === 0) {
      forget();
    } else {
      this.#agenda.add(now + this.#keepMs, forget);
    }
  }
}

function addressesOf({ addresses, prefixes, ipv6Addresses, ipv6Prefixes }: Eni) {
  return { addresses, prefixes, ipv6Addresses, ipv6Prefixes };
}

function addTo(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key) ?? new Set();
  index.set(key, ids.add(id));
}
