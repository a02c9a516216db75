import type { Action } from '../api/action.ts';
import { filterPredicate } from '../api/filters.ts';
import { texts } from '../api/params.ts';
import { invalidParameter } from '../model/api-error.ts';
import { zoneId } from '../model/naming.ts';

export const describeAvailabilityZones: Action = {
  parameters: ['ZoneName', 'Filter', 'AllAvailabilityZones'],
  run(world, params) {
    const names = texts(params, 'ZoneName');
    const zones = [...new Set([...world.subnets.values()].map((subnet) => subnet.zone))].sort();
    const unknown = names.filter((name) => !zones.includes(name));
    if (unknown.length > 0) {
      throw invalidParameter(`Invalid availability zone: [${unknown.join(', ')}]`);
    }
    const all = zones.map((name) => ({ name, tags: {} }));
    const matches = filterPredicate<(typeof all)[number]>(params, {
      'zone-name': (zone) => [zone.name],
      'zone-id': (zone) => [zoneId(zone.name)],
      'region-name': () => [world.settings.region],
      state: () => ['available'],
    });
    const found = all.filter((zone) => names.length === 0 || names.includes(zone.name)).filter(matches);
    return {
      availabilityZoneInfo: found.map(({ name }) => ({
        zoneName: name,
        zoneId: zoneId(name),
        zoneState: 'available',
        regionName: world.settings.region,
        groupName: world.settings.region,
        zoneType: 'availability-zone',
        optInStatus: 'opt-in-not-required',
      })),
    };
  },
};
