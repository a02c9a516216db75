/** Kills around the claims of IPv6 addresses: what an earlier run left is adopted, never doubled. */
import t, { type Test } from 'tap';
import { endState } from './end-state.ts';
import { freshNode, type Moment, runUntilKilled, undisturbedRun } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import { group, type NodeOptions, subnets, type TestNode } from './simulated-node.ts';

await enterNamespace(import.meta.url);

/** A dual-stack interface and an IPv6-only one, the first addresses of both held. */
const options: NodeOptions = {
  userData: {
    interfaces: [
      { name: 'eth1', subnets: [subnets.assigning], securityGroups: [group], ipv6: { mode: 'FirstFree' } },
      {
        name: 'eth2',
        subnets: [subnets.ipv6Only],
        securityGroups: [group],
        ipv4: { mode: 'None' },
        ipv6: { mode: 'FirstFree' },
      },
    ],
  },
  world(world) {
    world.addEni({ subnetId: subnets.assigning, address: '10.0.9.5', ipv6Addresses: ['2600:1f18:1:9::4'] });
    world.addEni({ subnetId: subnets.ipv6Only, ipv6Addresses: ['2600:1f18:1:a::4'] });
  },
};

const undisturbed = await undisturbedRun(t, options, [
  ['10.0.9.4', '2600:1f18:1:9::5'],
  ['2600:1f18:1:a::5'],
]);

async function endsUndisturbed(t: Test, node: TestNode): Promise<void> {
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.strictSame(await endState(node), undisturbed.state);
}

for (const name of undisturbed.writes.filter((each) => !each.startsWith('Modify'))) {
  for (const moment of ['beforeCall', 'afterCall'] as const) {
    t.test(`killed at ${moment} ${name}`, async (t) => {
      const node = await freshNode(t, options);
      await runUntilKilled(node, moment, name);
      await endsUndisturbed(t, node);
    });
  }
}

t.test('killed at one run after the other', async (t) => {
  const node = await freshNode(t, options);
  const kills: [Moment, string][] = [
    ['beforeCall', 'CreateNetworkInterface eth1'],
    ['afterCall', 'CreateNetworkInterface eth1'],
    ['beforeCall', 'AttachNetworkInterface eth1'],
  ];
  for (const [moment, name] of kills) {
    await runUntilKilled(node, moment, name);
  }
  await endsUndisturbed(t, node);
});

t.test('killed after the create, and EC2 shows nothing of it yet: the same create finds it', async (t) => {
  const node = await freshNode(t, { ...options, simulator: { consistencyMs: 2_000 } });
  await runUntilKilled(node, 'afterCall', 'CreateNetworkInterface eth1');
  await endsUndisturbed(t, node);
});

t.test(
  'killed after a create whose addresses EC2 chose: the same ENI, with one address of each',
  async (t) => {
    for (const [what, consistencyMs] of [
      ['at once', 0],
      ['late', 2_000],
    ] as const) {
      await t.test(`EC2 shows it ${what}`, async (t) => {
        const node = await freshNode(t, {
          userData: {
            interfaces: [
              {
                name: 'eth1',
                subnets: [subnets.dual],
                securityGroups: [group],
                ipv4: { mode: 'Automatic' },
                ipv6: { mode: 'Automatic' },
              },
            ],
          },
          simulator: { consistencyMs },
        });
        await runUntilKilled(node, 'afterCall', 'CreateNetworkInterface eth1');
        const [made] = node.enis();
        const { exitCode, journal } = await node.run(['run']);
        t.equal(exitCode, 0, journal);
        const [eni, ...others] = node.enis();
        t.strictSame(others, []);
        t.equal(eni?.id, made?.id);
        t.equal(eni?.addresses.length, 1);
        t.equal(eni?.ipv6Addresses.length, 1);
      });
    }
  },
);
