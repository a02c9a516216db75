import t, { type Test } from 'tap';
import { startSimulator } from '../../simulator/simulator.ts';
import { nodeConfig } from '../facts.ts';
import { launchClaimer } from './simulated-claimer.ts';

const nodes = 20;

/** A subnet with two of its addresses and a prefix in use, and nodes that have all looked before the first claims. */
async function launched(t: Test, tags: Record<string, string>) {
  // Without throttling, which would keep them apart in time; with it off they are as close as can be.
  const simulator = await startSimulator({
    buckets: false,
    region: 'eu-west-1',
    latencies: { '*': [1, 20] },
  });
  t.teardown(() => simulator.close());
  const { world } = simulator;
  const vpc = world.addVpc({ cidr: '10.0.0.0/16' });
  const group = world.addSecurityGroup({ vpcId: vpc.id }).id;
  const home = world.addSubnet({ vpcId: vpc.id, cidr: '10.0.0.0/24', zone: 'eu-west-1a' });
  const subnet = world.addSubnet({ vpcId: vpc.id, cidr: '10.0.4.0/24', zone: 'eu-west-1a' });
  world.addEni({ subnetId: subnet.id, address: '10.0.4.6' });
  world.addEni({ subnetId: subnet.id, prefixes: ['10.0.4.16/28'], address: '10.0.4.250' });

  const config = nodeConfig({ subnets: [subnet.id], securityGroups: [group] });
  const claimers = await Promise.all(
    Array.from({ length: nodes }, () =>
      launchClaimer(simulator, { type: 'm5.large', subnetId: home.id, tags }, config),
    ),
  );
  const ready = await Promise.all(
    claimers.map(async ({ instanceId, look }) => ({ instanceId, claim: await look() })),
  );
  const claims = await Promise.all(
    ready.map(async ({ instanceId, claim }) => ({ instanceId, enis: await claim() })),
  );

  const addresses = claims.flatMap(({ enis }) => enis.flatMap((eni) => eni.addresses));
  t.equal(addresses.length, nodes, 'all succeed');
  t.equal(new Set(addresses).size, nodes, 'no address has two owners');
  t.equal(world.enis.length, 2 + 2 * nodes, 'no ENI is left over');
  return { claims, addresses, creates: simulator.record.writes('CreateNetworkInterface') };
}

const wasHeld = (host: number) => host === 6 || (host >= 16 && host < 32) || host === 250;
const free = Array.from({ length: 251 }, (_, n) => n + 4).filter((host) => !wasHeld(host));
const hostOf = (address: string | undefined) => Number(address?.split('.')[3]);

t.test(`${nodes} nodes of an Auto Scaling group claim in one subnet at once`, async (t) => {
  const { addresses, creates } = await launched(t, { 'aws:autoscaling:groupName': 'workers' });
  t.equal(creates.length, nodes, 'one create each');
  t.strictSame(
    addresses.map(hostOf).sort((a, b) => a - b),
    free.slice(0, nodes),
    'the first free addresses',
  );
});

t.test(`${nodes} nodes that do not know of each other claim in one subnet at once`, async (t) => {
  const { claims, creates } = await launched(t, {});
  for (const { instanceId, enis } of claims) {
    const collisions = creates.filter((call) => call.instanceId === instanceId).length - 1;
    const rank = free.indexOf(hostOf(enis[0]?.addresses[0]));
    // Before the address are at most those that the other nodes hold, and the rest of the window chosen from.
    t.ok(
      rank >= 0 && rank < nodes - 1 + 2 ** collisions,
      `after ${collisions} collisions: free address number ${rank}`,
    );
  }
});
