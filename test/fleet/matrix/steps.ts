import type { Param, Params } from '../../simulator/api/params.ts';
import type { World } from '../../simulator/model/world.ts';
import type { Call } from '../region.ts';

/** One thing that a command does: the nth of its name since the story began. */
export interface Step {
  name: string;
  nth: number;
  /** Of EC2; undefined for a step on the host. */
  action?: string;
}

/** The names of ENIs, also of those that are gone. */
export class Names {
  readonly #world: World;
  readonly #known = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** By the interface that it was made for; those made beforehand by their tag `Name`. */
  eni(id: string): string {
    const { tags = {} } = this.#world.store.findEni(id) ?? {};
    const key = tags['multus-bootstrap.io/created'] === 'true' ? 'multus-bootstrap.io/interface' : 'Name';
    const name = tags[key] ?? this.#known.get(id);
    if (name !== undefined) {
      this.#known.set(id, name);
    }
    return name ?? 'an ENI';
  }

  /** A call by what it does and for which interface, alike in any telling of the story. */
  call({ action, params }: Call): string {
    const { NetworkInterfaceId, AttachmentId, Description, SubnetId, ResourceId, Filter } = params;
    const attached = this.#world.enis.find(({ attachment }) => attachment && attachment.id === AttachmentId);
    const resource = Array.isArray(ResourceId) ? text(ResourceId[0]) : undefined;
    const eniId =
      text(NetworkInterfaceId) ?? attached?.id ?? (resource?.startsWith('eni-') ? resource : undefined);
    const of = [
      eniId === undefined ? undefined : this.eni(eniId),
      text(Description)?.replace(/ .*/, ''),
      resource?.startsWith('i-') ? 'the instance' : undefined,
      Description === undefined ? this.#subnet(text(SubnetId)) : undefined,
      Filter === undefined ? undefined : this.#filters(Filter),
      params['SourceDestCheck'] === undefined ? undefined : 'SourceDestCheck',
      params['Attachment'] === undefined ? undefined : 'DeleteOnTermination',
      /^(Una|A)ssign/.test(action) ? this.#addresses(params) : undefined,
    ];
    return [action, ...of.filter((each) => each !== undefined && each !== '')].join(' ');
  }

  #addresses({ PrivateIpAddress, Ipv6Addresses }: Params): string {
    return [PrivateIpAddress, Ipv6Addresses]
      .flatMap((each) => (Array.isArray(each) ? each.map(text) : []))
      .join(' ');
  }

  #subnet(id: string | undefined): string | undefined {
    const [, , third] = this.#world.subnets.get(id ?? '')?.cidr?.split('.') ?? [];
    return third === undefined ? id : `subnet ${third}`;
  }

  #filters(filters: Param): string {
    return (Array.isArray(filters) ? filters : [])
      .flatMap((each) => (typeof each === 'object' && !Array.isArray(each) ? [this.#filter(each)] : []))
      .filter((each) => each !== '')
      .join(', ');
  }

  #filter({ Name, Value }: Params): string {
    const [value = ''] = Array.isArray(Value) ? Value.map((each) => text(each) ?? '') : [];
    switch (text(Name)) {
      case 'network-interface-id':
        return this.eni(value);
      case 'subnet-id':
        return Array.isArray(Value) ? Value.map((each) => this.#subnet(text(each))).join(' and ') : '';
      case 'attachment.instance-id':
        return 'attached here';
      case 'launch-time':
        return 'launched with it';
      case 'availability-zone':
      case 'vpc-id':
      case 'owner-id':
      case 'instance-state-name':
      case 'instance-id':
      case 'instance-type':
        return '';
      default:
        return `by ${text(Name)?.replace('multus-bootstrap.io/', '')}`;
    }
  }
}

function text(param: Param | undefined): string | undefined {
  return typeof param === 'string' ? param : undefined;
}
