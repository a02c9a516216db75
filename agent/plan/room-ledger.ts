import type { Subnet } from '../claim/facts.ts';
import { cidrsOf, type IpVersion, workersPart } from '../claim/free.ts';
import { intersect, type Range } from '../claim/range.ts';
import type { CreatedInterface } from '../config/model.ts';

/** How many addresses of each IP version there are; absent where none is asked for. */
export type Counts = Partial<Record<IpVersion, bigint>>;

/** Keeps account of claims that a listing does not show, or shows too early: what they leave of each subnet's room. */
export interface RoomLedger {
  /** One more claim of that interface is made in the subnet, or one less. */
  note: (name: string, subnetId: string, change: 1n | -1n) => void;
  /** The room for ENIs of that interface that the noted claims leave. */
  left: (name: string, subnetId: string, listed: Counts) => bigint;
}

const versions: readonly IpVersion[] = ['ipv4', 'ipv6'];

/** @param created all interfaces whose ENIs are created: those of them that share a part of a subnet share its room */
export function createRoomLedger(
  created: readonly CreatedInterface[],
  subnets: readonly Subnet[],
): RoomLedger {
  const noted = new Map<string, bigint>();
  const rivals = new Map<string, string[]>();
  const rivalsOf = (name: string, subnetId: string, version: IpVersion) => {
    const key = `${name} ${subnetId} ${version}`;
    const config = created.find((each) => each.name === name);
    const subnet = subnets.find(({ id }) => id === subnetId);
    const found =
      rivals.get(key) ??
      (config === undefined || subnet === undefined
        ? []
        : created.filter((each) => overlap(each, config, subnet, version)).map((each) => each.name));
    rivals.set(key, found);
    return found.map((each) => `${each} ${subnetId} ${version}`);
  };
  return {
    note(name, subnetId, change) {
      for (const key of versions.flatMap((version) => rivalsOf(name, subnetId, version))) {
        noted.set(key, (noted.get(key) ?? 0n) + change);
      }
    },
    left(name, subnetId, listed) {
      return versions
        .flatMap((version) => {
          const count = listed[version];
          return count === undefined ? [] : [count - (noted.get(`${name} ${subnetId} ${version}`) ?? 0n)];
        })
        .reduce((a, b) => (b < a ? b : a));
    },
  };
}

function overlap(a: CreatedInterface, b: CreatedInterface, subnet: Subnet, version: IpVersion): boolean {
  return intersect(partOf(a, subnet, version), partOf(b, subnet, version)).length > 0;
}

/** The part of the subnet in which the interface's ENIs get their addresses. */
function partOf(config: CreatedInterface, subnet: Subnet, version: IpVersion): Range[] {
  const { mode, within } = config[version];
  return mode === 'None' ? [] : workersPart(cidrsOf(subnet, version), mode === 'FirstFree' ? within : []);
}
