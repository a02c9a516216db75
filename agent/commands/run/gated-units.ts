import { ExitCode } from '../../failure.ts';
import { gateIsOpen } from '../../host/gate.ts';
import { type GatedUnits, gatedUnits, startGatedUnit } from '../../host/units.ts';
import { type LastResult, readResult } from '../../report/result.ts';
import type { Shell } from '../shell.ts';

/**
 * After a failed run systemd starts the unit again whenever kubelet or nodeadm-run is started, for they want it, and
 * makes them wait for it. Once the gate is open, that must neither close it nor keep kubelet away for as long as EC2
 * is in trouble: then this is no run, and its exit code is that of the last one.
 */
export async function giveWay({ root, log }: Shell): Promise<ExitCode | undefined> {
  if (!(await gateIsOpen(root)) || !(await gatedUnits(root)).kubeletIsQueued) {
    return undefined;
  }
  const last = await readResult(root);
  const exitCode = exitCodeIn(last);
  if (last.state === 'read' && exitCode !== undefined) {
    log.info(
      `kubelet is being started, and may: the gate is open since the last run (exit code ${exitCode}: ${last.result.message}). Nothing is done now; systemctl restart multus-bootstrap runs anew, once kubelet is there`,
    );
  }
  return exitCode;
}

function exitCodeIn(last: LastResult): ExitCode | undefined {
  return last.state === 'read'
    ? Object.values(ExitCode).find((code) => code === last.result.exitCode)
    : undefined;
}

/**
 * An earlier run of this boot failed, and what starts kubelet found the gate closed: nodeadm-run, or the user data's own
 * `nodeadm init`, which waits for kubelet without trying again, and nodeadm-run behind cloud-init waits for that.
 */
export async function callBack({ log }: Shell, { turnedAway, kubeletHasStarted }: GatedUnits): Promise<void> {
  if (turnedAway === undefined || kubeletHasStarted) {
    return;
  }
  const started = await startGatedUnit(turnedAway);
  if (started.ok) {
    log.info(`started ${turnedAway}, which had found the gate closed`);
  } else {
    log.error(`could not start ${turnedAway}: ${started.said}; do it by hand: systemctl start ${turnedAway}`);
  }
}
