import { isRead } from '../../simulator/api/buckets.ts';
import type { FaultKind } from '../../simulator/api/faults.ts';
import type { Leeway } from './end-state.ts';
import { healing } from './errors.ts';
import { final } from './final-errors.ts';
import type { Step } from './steps.ts';

/** What happens at a step. */
export type Effect =
  /** Late: what was on its way to EC2 arrives when the next process is at work. */
  | { kill: 'before' | 'after' | 'late' }
  | { fault: FaultKind }
  /** A step on the host fails, before its effect or with it. */
  | { fails: 'before' | 'after' }
  /** Someone whose ENIs no listing shows takes the address that is named. */
  | 'taken'
  /** Someone else deletes the ENI. */
  | 'gone'
  /** The kernel shows no device. */
  | 'absent';

/** `lasting`: until someone acts. */
type Extent = 'once' | 'thrice' | 'lasting';

export interface Disturbance {
  /** Of the table. */
  column: string;
  effect: Effect;
  extent: Extent;
  /** With which the command may fail. */
  exitCodes: readonly number[];
  /** What a failure has to name: EC2's code. */
  code?: string;
  leeway?: Leeway | undefined;
  /** Why it cannot come at this step; undefined where it can. */
  impossible: (step: Step) => string | undefined;
}

const isDevice = ({ name }: Step) => name.startsWith('device of');
const onCall = ({ action }: Step) =>
  action === undefined ? 'the host answers nothing of the kind' : undefined;
const onWrite = (step: Step) =>
  onCall(step) ?? (isRead(step.action ?? '') ? 'a read has no effect that could come late' : undefined);
const onHost = (step: Step) => {
  if (step.action !== undefined) {
    return 'not a step on the host';
  }
  return isDevice(step) ? 'a device is not the agent’s to make' : undefined;
};

const kills: Disturbance[] = (['before', 'after', 'late'] as const).map((kill) => ({
  column: `kill ${kill}`,
  effect: { kill },
  extent: 'once',
  exitCodes: [],
  impossible: kill === 'late' ? onWrite : () => undefined,
}));

const connection: Disturbance[] = (['lostAnswer', 'reset', 'hang'] as const).flatMap((fault) =>
  (['once', 'thrice', 'lasting'] as const).map((extent) => ({
    column: { lostAnswer: 'answer lost', reset: 'reset', hang: 'hang' }[fault],
    effect: { fault },
    extent,
    exitCodes: [7],
    impossible: onCall,
  })),
);

const errors: Disturbance[] = [...healing, ...final].flatMap((answer) => {
  const { class: column, code, message, status, actions, exitCodes, leeway } = answer;
  const extents: Extent[] = healing.includes(answer) ? ['once', 'thrice', 'lasting'] : ['once', 'lasting'];
  return extents.map((extent) => ({
    column,
    effect: { fault: { error: { code, message, ...(status && { status }) } } },
    extent,
    exitCodes,
    code,
    leeway,
    impossible: (step: Step) =>
      onCall(step) ??
      (actions?.test(step.action ?? '') === false ? `EC2 answers so to ${of(actions)} alone` : undefined),
  }));
});

const host: Disturbance[] = (['before', 'after'] as const).flatMap((fails) =>
  (['once', 'lasting'] as const).map((extent) => ({
    column: `fails ${fails}`,
    effect: { fails },
    extent,
    exitCodes: [9],
    impossible: onHost,
  })),
);

/** Why a disturbance cannot come at the step that EC2 refuses anyway. */
export function impossibleThere({ effect }: Disturbance): string | undefined {
  const hasEffect =
    typeof effect === 'object' &&
    (('kill' in effect && effect.kill === 'late') || ('fault' in effect && effect.fault === 'lostAnswer'));
  return hasEffect ? 'EC2 refuses this call: it has no effect' : undefined;
}

/** All that may happen at any step. */
export const disturbances: readonly Disturbance[] = [
  ...kills,
  ...connection,
  ...host,
  ...(['once', 'lasting'] as const).map((extent) => ({
    column: 'no device',
    effect: 'absent' as const,
    extent,
    exitCodes: [9],
    impossible: (step: Step) =>
      isDevice(step) && step.name.endsWith('comes') ? undefined : 'not the coming of a device',
  })),
  ...errors,
  {
    column: 'notFound',
    effect: 'gone',
    extent: 'once',
    exitCodes: [],
    impossible: (step) =>
      step.action === 'DeleteNetworkInterface'
        ? undefined
        : 'nothing is to be compared where the ENI is gone',
  },
  {
    column: 'taken',
    effect: 'taken',
    extent: 'once',
    exitCodes: [],
    leeway: 'addresses',
    impossible: (step) =>
      step.action === 'CreateNetworkInterface' ? undefined : 'EC2 answers so to CreateNetworkInterface alone',
  },
];

function of(actions: RegExp): string {
  return actions.source.replace(/[\^()]/g, '').replaceAll('|', ', ');
}
