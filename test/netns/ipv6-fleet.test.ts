/** A group of nodes that boot at once in one dual-stack subnet. */
import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { deviceName, otherNode } from './other-nodes.ts';
import { group, subnets } from './simulated-node.ts';
import { nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

const nodeCount = 20;

function specFor(n: number): object {
  const name = `net${n}`;
  return {
    interfaces: [{ name, subnets: [subnets.dual], securityGroups: [group], ipv6: { mode: 'FirstFree' } }],
  };
}

t.test(`${nodeCount} nodes claim an address of each IP version at once`, async (t) => {
  const first = await nodeFor(t, {
    userData: specFor(0),
    deviceName,
    // Throttling would keep them apart in time; without it they are as close as can be.
    simulator: { buckets: false, latencies: { '*': [1, 20] } },
    world(world) {
      world.addEni({ subnetId: subnets.dual, address: '10.0.8.6', ipv6Addresses: ['2600:1f18:1:8::5'] });
      world.addEni({ subnetId: subnets.dual, address: '10.0.8.250', prefixes: ['10.0.8.16/28'] });
    },
  });
  const others = await Promise.all(
    Array.from({ length: nodeCount - 1 }, (_, i) => otherNode(t, first, specFor(i + 1))),
  );
  const nodes = [first, ...others];
  const claiming = new Set<string | undefined>();
  const all = Promise.withResolvers<void>();
  first.hooks.beforeCall = async ({ action, instanceId }) => {
    if (action === 'CreateNetworkInterface') {
      claiming.add(instanceId);
      if (claiming.size === nodeCount) {
        all.resolve();
      }
      await all.promise;
    }
  };
  const outcomes = await Promise.all(nodes.map((each) => each.run(['run'])));
  for (const { exitCode, journal } of outcomes) {
    t.equal(exitCode, 0, 'exit code 0', { journal });
  }

  const { world, record } = first.simulator;
  const claimed = world.enis.filter(({ tags }) => tags['multus-bootstrap.io/created'] === 'true');
  t.equal(claimed.length, nodeCount, 'an ENI for each node, and no other');
  t.ok(claimed.every(({ attachment }) => attachment?.deleteOnTermination === true));
  t.ok(
    claimed.every(({ addresses, ipv6Addresses }) => addresses.length === 1 && ipv6Addresses.length === 1),
    'one address of each IP version',
  );
  t.equal(
    new Set(claimed.flatMap(({ addresses, ipv6Addresses }) => [...addresses, ...ipv6Addresses])).size,
    40,
  );
  const free = (network: string, held: (n: number) => boolean, base: number) =>
    Array.from({ length: 200 }, (_, i) => i + 4)
      .filter((n) => !held(n))
      .map((n) => network + n.toString(base));
  const freeIpv4 = free('10.0.8.', (n) => n === 6 || (n >= 16 && n < 32), 10);
  const freeIpv6 = free('2600:1f18:1:8::', (n) => n === 5, 16);
  for (const { addresses, ipv6Addresses, attachment } of claimed) {
    const creates = record
      .writes('CreateNetworkInterface')
      .filter((call) => call.instanceId === attachment?.instanceId);
    const collisions = creates.length - 1;
    const ranks = [freeIpv4.indexOf(addresses[0] ?? ''), freeIpv6.indexOf(ipv6Addresses[0] ?? '')];
    // Before the address are at most those that the other nodes hold, those that are left to others who have been seen to
    // claim here, and the rest of the window chosen from.
    t.ok(
      ranks.every((rank) => rank >= 0 && rank < 2 * (nodeCount - 1) + 2 ** collisions),
      `after ${collisions} collisions: free addresses number ${ranks.join(' and ')}`,
    );
  }
  t.comment(`${record.writes('CreateNetworkInterface').length} creates for ${nodeCount} nodes`);
});
