import type { AddressWatch } from './address-watch.ts';
import { verdictOf } from './verdict.ts';

/** Why an address is to be taken over: by EC2's word, or by the probes'. */
export interface Cause {
  kind: 'free' | 'gone' | 'node' | 'service';
  why: string;
}

/** The stronger, the later. */
const kinds: readonly Cause['kind'][] = ['service', 'node', 'gone', 'free'];

/** Whether it lifts what keeps nodes from taking for the other, as EC2's word lifts the limit of moves. */
export function isStronger(cause: Cause, than: Cause): boolean {
  return kinds.indexOf(cause.kind) > kinds.indexOf(than.kind);
}

/** The states of an instance whose node cannot serve, nor will before long. */
export const gone = ['stopping', 'stopped', 'shutting-down', 'terminated'];

/** Undefined: it is well where it is, or nothing tells that it is not. */
export function causeOf(watch: AddressWatch): Cause | undefined {
  const { holding, state } = watch;
  if (holding === undefined) {
    return { kind: 'free', why: 'nobody holds it' };
  }
  const { instance } = holding;
  if (instance === undefined) {
    return { kind: 'gone', why: `${holding.eniId}, which holds it, is at no instance` };
  }
  if (gone.includes(instance.state)) {
    return { kind: 'gone', why: `EC2 says that ${instance.instanceId} is ${instance.state}` };
  }
  const verdict = verdictOf(state.probes);
  if (verdict === undefined) {
    return undefined;
  }
  const what = verdict === 'node' ? 'does not answer' : `does not answer at port ${watch.config.probePort}`;
  return { kind: verdict, why: `${instance.instanceId} ${what} any more` };
}
