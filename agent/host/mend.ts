import { ExitCode, Failure } from '../failure.ts';
import type { Link, WantedLink } from './port.ts';

/** One change on the way to right names. `down` before any `rename`: kernel 6.1 renames no link that is up. */
export type MendStep =
  | { action: 'down'; link: string }
  /** The kernel gives no link a name that is any link's alternative name, its own included. */
  | { action: 'dropAlternative'; link: string; name: string }
  | { action: 'rename'; link: string; to: string };

/**
 * The steps that give each wanted link its name, none if all are right. Every misnamed link goes to a name of
 * its own first, so that swapped names and longer cycles come apart. Throws a `Failure` (9) if a device is
 * missing, or if a link that is not ours holds a wanted name, be it as an alternative one: that link is not touched.
 */
export function mend(links: readonly Link[], wanted: readonly WantedLink[]): MendStep[] {
  const ours = wanted.map((want) => {
    const device = links.find((link) => link.mac === want.mac);
    if (device === undefined) {
      throw missing(want);
    }
    return { want, device };
  });
  for (const { want } of ours) {
    const holder = links.find((link) => [link.name, ...link.alternativeNames].includes(want.name));
    if (holder !== undefined && !ours.some(({ device }) => device === holder)) {
      throw held(want, holder);
    }
  }
  const misnamed = ours.filter(({ want, device }) => device.name !== want.name);
  const wantedNames = misnamed.map(({ want }) => want.name);
  return [
    ...ours.flatMap(({ device }) =>
      device.alternativeNames
        .filter((name) => wantedNames.includes(name))
        .map((name): MendStep => ({ action: 'dropAlternative', link: device.name, name })),
    ),
    ...misnamed.filter(({ device }) => device.up).map(({ device }) => down(device.name)),
    ...misnamed.map(({ device }) => rename(device.name, temporaryName(device.mac))),
    ...misnamed.map(({ device, want }) => rename(temporaryName(device.mac), want.name)),
  ].filter((step) => step.action !== 'rename' || step.link !== step.to);
}

/** From the MAC: 14 of the 15 characters that a name may have, unique, and the same after a crash in between. */
function temporaryName(mac: string): string {
  return `mb${mac.replaceAll(':', '')}`;
}

function down(link: string): MendStep {
  return { action: 'down', link };
}

function rename(link: string, to: string): MendStep {
  return { action: 'rename', link, to };
}

function missing({ name, mac, eniId }: WantedLink): Failure {
  return new Failure(
    ExitCode.host,
    `${name}: no device with MAC ${mac} (${eniId}) on this host; if a pod has taken it into its network namespace, ` +
      'as host-device does, delete that pod first',
  );
}

function held({ name, eniId }: WantedLink, holder: Link): Failure {
  return new Failure(
    ExitCode.host,
    `${name}: the name wanted for ${eniId} belongs to another link, MAC ${holder.mac}, which is left as it is; ` +
      'choose another interface name in the configuration',
  );
}
