import { invalidParameter } from './api-error.ts';
import { changeState } from './instance-states.ts';
import { typeOf, withoutIpv6 } from './limits.ts';
import { presentEni } from './new-eni.ts';
import type { Attachment, Instance, Tags } from './records.ts';
import { checkMetadataTags } from './tags.ts';
import type { World } from './world.ts';

export interface LaunchRequest {
  id?: string;
  type: string;
  subnetId: string;
  securityGroups?: readonly string[];
  /** The primary ENI's address; undefined lets EC2 choose. */
  address?: string;
  /** The primary ENI's IPv6 addresses; undefined leaves it to the subnet. */
  ipv6Addresses?: readonly string[];
  userData?: Uint8Array | string;
  tags?: Tags;
  /** Shows the tags in IMDS. */
  metadataTags?: boolean;
  /** The instance profile; null for none. */
  profile?: { roleName: string } | null;
  /** `pending` becomes `running` after the settings' pendingMs. */
  state?: 'pending' | 'running';
  launchIndex?: number;
}

/** Launches an instance with its primary ENI at device index 0. */
export function launch(world: World, request: LaunchRequest): Instance {
  const subnet = world.subnet(request.subnetId);
  const userData = bytesOf(request.userData);
  const instance: Instance = {
    id: world.newId('i', request.id),
    type: request.type,
    state: request.state ?? 'running',
    subnetId: subnet.id,
    zone: subnet.zone,
    launchIndex: request.launchIndex ?? 0,
    role: request.profile === null ? undefined : (request.profile?.roleName ?? 'node-role'),
    userData,
    tags: request.tags ?? {},
    metadataTags: request.metadataTags ?? false,
    launchedAt: world.clock.now(),
    crashed: false,
  };
  const type = typeOf(instance);
  checkMetadataTags(instance, instance.tags);
  const always = Number.NEGATIVE_INFINITY;
  const { address, ipv6Addresses = [], securityGroups = [] } = request;
  if (type.ipv6AddressesPerInterface === 0 && (subnet.assignIpv6OnCreation || ipv6Addresses.length > 0)) {
    throw withoutIpv6(type);
  }
  const eni = presentEni(world, { subnetId: subnet.id, address, ipv6Addresses, securityGroups });
  world.instances.set(instance.id, instance);
  const attachment: Attachment = {
    id: world.random.id('eni-attach'),
    instanceId: instance.id,
    instanceOwnerId: world.settings.account,
    deviceIndex: 0,
    networkCard: 0,
    status: 'attached',
    deleteOnTermination: true,
    device: true,
    at: world.clock.now(),
  };
  world.store.setEni({ ...eni, attachment }, always);
  if (instance.state === 'pending') {
    world.after(world.settings.pendingMs, () => changeState(world, instance.id, ['pending'], 'running'));
  }
  return instance;
}

/** In bytes, before base64. */
export const largestUserData = 16_384;

/** Empty user data is none; more than 16 KB is refused. */
function bytesOf(userData: Uint8Array | string | undefined): Uint8Array | undefined {
  const bytes = typeof userData === 'string' ? Buffer.from(userData) : userData;
  if (bytes === undefined || bytes.length === 0) {
    return undefined;
  }
  if (bytes.length > largestUserData) {
    throw invalidParameter(`User data is limited to ${largestUserData} bytes`);
  }
  return bytes;
}
