/** How AWS names what belongs to a Region: zones, private hosts, ARNs. */

/**
 * The zone's id, the same in all accounts while its name differs: `use1-az1`, and for local and wavelength zones
 * `usw2-lax1-az1` and `use1-wl1-bos-wlz1`.
 */
export function zoneId(zone: string): string {
  const wavelength = /^(.+\d)-(wl\d)-([a-z]+)-wlz-(\d)$/.exec(zone);
  if (wavelength !== null) {
    const [, region = '', network, city, number] = wavelength;
    return `${shortRegion(region)}-${network}-${city}-wlz${number}`;
  }
  const [, region = '', city = '', number = '', letter = ''] =
    /^([a-z-]+-\d)(?:-([a-z]+)-(\d))?([a-z])$/.exec(zone) ?? [];
  const local = city === '' ? '' : `${city}${number}-`;
  return `${shortRegion(region)}-${local}az${letter.charCodeAt(0) - 96}`;
}

/** `us-east-1` is `use1`, `us-gov-west-1` is `usgw1`, `us-isob-east-1` is `usibe1`. */
function shortRegion(region: string): string {
  const words = region.replace(/-gov-/, 'g-').replace(/-iso([a-z]?)-/, 'i$1-');
  return words.replace(/north|south|east|west|central/g, (word) => word.charAt(0)).replaceAll('-', '');
}

/** A host's private DNS name: us-east-1, the first Region, has none of its own. */
export function privateDnsName(region: string, address: string): string {
  return `ip-${address.replaceAll('.', '-')}.${privateDomain(region)}`;
}

/** The private DNS name of an instance without an IPv4 address. */
export function resourceDnsName(region: string, instanceId: string): string {
  return `${instanceId}.${privateDomain(region)}`;
}

function privateDomain(region: string): string {
  return region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
}

/** By the first part of the Region's name; all others are in `aws`. */
const partitions = new Map([
  ['cn', 'aws-cn'],
  ['us-gov', 'aws-us-gov'],
  ['us-iso', 'aws-iso'],
  ['us-isob', 'aws-iso-b'],
  ['eu-isoe', 'aws-iso-e'],
  ['us-isof', 'aws-iso-f'],
  ['eusc', 'aws-eusc'],
]);

/** The partition: the second part of the Region's ARNs. */
export function partitionOf(region: string): string {
  const area = /^([a-z]+(?:-gov|-iso[a-z]?)?)-/.exec(region)?.[1];
  return partitions.get(area ?? '') ?? 'aws';
}
