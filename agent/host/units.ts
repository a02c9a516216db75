import { type CommandResult, tryCommand } from './command.ts';

export type GatedUnit = 'nodeadm-run' | 'kubelet';

/** What systemd knows of the units that the gate holds back. */
export interface GatedUnits {
  /** kubelet has run since the boot. */
  kubeletHasStarted: boolean;
  /** A start of kubelet is queued: by its drop-in it waits for the agent's unit. */
  kubeletIsQueued: boolean;
  /** Found the gate closed, and will not come by itself any more: nodeadm-run, else kubelet. */
  turnedAway: GatedUnit | undefined;
}

const properties = [
  'Id',
  'Job',
  'ExecMainStartTimestampMonotonic',
  'AssertResult',
  'AssertTimestampMonotonic',
];

/**
 * With another root than `/` there are no units to ask about. If systemd does not answer, kubelet may be running, and a
 * gate that is open must stay so.
 */
export async function gatedUnits(root: string): Promise<GatedUnits> {
  if (root !== '/') {
    return readGatedUnits('');
  }
  const asked = await systemctl('show', `--property=${properties}`, 'kubelet.service', 'nodeadm-run.service');
  return asked.ok ? readGatedUnits(asked.stdout) : { ...readGatedUnits(''), kubeletHasStarted: true };
}

/** From the output of `systemctl show`: a block of NAME=VALUE lines for each unit; a unit without a job has no Job line. */
export function readGatedUnits(shown: string): GatedUnits {
  const units = new Map(
    shown.split('\n\n').map((block) => {
      const unit = new Map(block.split('\n').map(split));
      return [unit.get('Id'), unit];
    }),
  );
  const value = (unit: GatedUnit, property: string) => units.get(`${unit}.service`)?.get(property) ?? '';
  const number = (unit: GatedUnit, property: string) => Number(value(unit, property));
  // Before the first try AssertResult is "no" too.
  const wasTurnedAway = (unit: GatedUnit) =>
    number(unit, 'AssertTimestampMonotonic') > 0 && value(unit, 'AssertResult') === 'no';
  return {
    kubeletHasStarted: number('kubelet', 'ExecMainStartTimestampMonotonic') > 0,
    kubeletIsQueued: number('kubelet', 'Job') > 0,
    // Where both were: nodeadm-run also starts kubelet, and hands it the drop-in before.
    turnedAway: (['nodeadm-run', 'kubelet'] as const).find(wasTurnedAway),
  };
}

function split(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}

/** Whether this process is multus-bootstrap.service's own, and not started by hand. */
export async function isUnitsOwnProcess(root: string): Promise<boolean> {
  if (root !== '/') {
    return false;
  }
  const shown = await systemctl('show', '--property=MainPID', '--value', 'multus-bootstrap.service');
  return shown.ok && Number(shown.stdout) === process.pid;
}

/** Starts it without waiting: it waits for the agent's unit itself. */
export async function startGatedUnit(unit: GatedUnit): Promise<CommandResult> {
  return systemctl('start', '--no-block', `${unit}.service`);
}

/** The transient timer that starts the agent's unit again. */
export const retryTimer = 'multus-bootstrap.timer';

/** Starts the agent's unit again in `fromSeconds` to twice that: nodes that failed together should not come together. */
export async function startUnitLater(fromSeconds: number): Promise<CommandResult> {
  return tryCommand('systemd-run', [
    '--quiet',
    '--unit=multus-bootstrap.service',
    `--on-active=${fromSeconds}s`,
    `--timer-property=RandomizedDelaySec=${fromSeconds}s`,
    '--timer-property=AccuracySec=1s',
  ]);
}

/** Stops an earlier failure's timer; answers whether there was one. */
export async function cancelLaterStart(root: string): Promise<boolean> {
  return root === '/' && (await systemctl('stop', retryTimer)).ok;
}

/** The watcher over floating NodePort addresses. */
export const watcherUnit = 'multus-bootstrap-nodeport.service';

/** Starts it without waiting: it comes after the agent's unit. One that runs goes on, and reads a changed setup within a minute. */
export async function startWatcherUnit(): Promise<CommandResult> {
  return systemctl('start', '--no-block', watcherUnit);
}

/** Waits until it has handed over what it holds, for the seconds that it is allowed. */
export async function stopWatcher(): Promise<CommandResult> {
  return systemctl('stop', watcherUnit);
}

async function systemctl(...args: string[]): Promise<CommandResult> {
  return tryCommand('systemctl', args);
}
