import { tagKeys } from '../agent/plan/tags.ts';
import type { EniRequest } from '../test/simulator/model/new-eni.ts';
import { Random } from '../test/simulator/model/random.ts';

export const subnetId = 'subnet-0a1b2c3d4e5f60718';
export const group = 'sg-0a1b2c3d4e5f60718';

/** A subnet whose picture tells something. */
export interface Scene {
  name: string;
  /** Inside 10.1.0.0/16. */
  cidr: string;
  title: string;
  within: string[];
  podRange: string[];
  reservations: { cidr: string; type: 'explicit' | 'prefix' }[];
  /** `node` is the instance that looks. */
  enis(node: string): EniRequest[];
}

/** Its workers packed at the start, its pods at the end. */
const healthy: Scene = {
  name: 'healthy',
  cidr: '10.1.4.0/24',
  title: 'signalling',
  within: ['10.1.4.0/26'],
  podRange: ['10.1.4.64-10.1.4.254'],
  reservations: [],
  enis: (node) => [
    ...numbers(4, 27).map((host) =>
      worker(host === 12 ? node : undefined, `10.1.4.${host}`, {
        secondary: host < 24 ? numbers(0, 3).map((pod) => `10.1.4.${80 + (host - 4) * 4 + pod}`) : [],
        prefixes: host < 24 ? [] : [`10.1.4.${176 + (host - 24) * 16}/28`],
      }),
    ),
    // A load balancer's.
    { subnetId, address: '10.1.4.245', requesterManaged: true },
    { subnetId, address: '10.1.4.246', requesterManaged: true },
  ],
};

/** Nodes came and went, nothing bounds workers and pods, and they are about to meet. */
const fragmented: Scene = {
  name: 'fragmented',
  cidr: '10.1.5.0/24',
  title: 'media',
  within: [],
  podRange: [],
  reservations: [
    { cidr: '10.1.5.128/28', type: 'explicit' },
    { cidr: '10.1.5.224/27', type: 'prefix' },
  ],
  enis: (node) => {
    const random = new Random(11);
    const some = (hosts: number[], percent: number) => hosts.filter(() => random.below(100) < percent);
    const workers = some(numbers(4, 92), 82);
    const pods = some([...numbers(97, 127), ...numbers(146, 222)], 60);
    return [
      ...workers.map((host, i) =>
        worker(i === 31 ? node : undefined, `10.1.5.${host}`, {
          secondary: pods.filter((_, pod) => pod % workers.length === i).map((pod) => `10.1.5.${pod}`),
        }),
      ),
      ...[130, 131, 135].map((host) => ({ subnetId, address: `10.1.5.${host}` })),
      { subnetId, address: '10.1.5.145', prefixes: ['10.1.5.224/28'] },
    ];
  },
};

/** Thousands of pods, and the workers still seen. */
const large: Scene = {
  name: 'large',
  cidr: '10.1.0.0/16',
  title: 'proxies',
  within: ['10.1.0.0/20'],
  podRange: ['10.1.64.0-10.1.255.254'],
  reservations: [{ cidr: '10.1.224.0/19', type: 'prefix' }],
  enis: (node) => {
    const random = new Random(3);
    const free = numbers(0x4000, 0xdfff).filter((address) => random.below(0xa000) < address - 0x3800);
    return numbers(0, 419).map((i) => {
      const pods = free.slice(i * 34, (i + 1) * 34).map((address) => addressOf(address));
      const prefixes = i % 3 === 0 ? [`${addressOf(0xe000 + (i / 3) * 48)}/28`] : [];
      return worker(i === 200 ? node : undefined, addressOf(4 + i), { secondary: pods, prefixes });
    });
  },
};

export const scenes: readonly Scene[] = [healthy, fragmented, large];

function worker(
  node: string | undefined,
  address: string,
  more: { secondary?: string[]; prefixes?: string[] },
): EniRequest {
  const instanceId = node ?? `i-of-${address}`;
  return {
    subnetId,
    address,
    ...more,
    tags: { [tagKeys.instanceId]: instanceId, [tagKeys.created]: 'true' },
  };
}

function addressOf(host: number): string {
  return `10.1.${host >> 8}.${host & 255}`;
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
