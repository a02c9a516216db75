/**
 * The IAM policy and the program: the whole range of what the program does, under the policy as EC2 would enforce it.
 * It must lack nothing, and hold nothing that no call needs.
 */
import { readdir, readFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import type { Authorization } from '../simulator/api/authorizations.ts';
import { isAllowed } from '../simulator/iam/evaluate.ts';
import type { Policy, Statement } from '../simulator/iam/policy.ts';
import type { World } from '../simulator/model/world.ts';
import { enterNamespace } from './namespace.ts';
import { ec2Of, policedNode, policyFor, refusals } from './policed.ts';
import { group, subnets, type TestNode } from './simulated-node.ts';
import { eniOf, isThere, sweepNow, tagsOf } from './sweep-world.ts';
import { errorsOf, eth1, order } from './trouble.ts';

await enterNamespace(import.meta.url);

const policy = await policyFor();
const asked: Authorization[] = [];

/** Each kind of interface with all that needs a call, and the tags that the policy names. */
const everything = {
  timeout: '20s',
  cluster: 'demo',
  interfaces: [
    { name: 'eth1', subnets: [subnets.a], securityGroups: [group], sourceDestCheck: false, tags: { a: 'b' } },
    {
      name: 'eth2',
      existing: { tags: { multus: 'true' }, wait: '0s' },
      sourceDestCheck: false,
      deleteOnTermination: true,
    },
  ],
  instanceTags: { 'multus-network-attached': 'true' },
};

const premade = (world: World) =>
  world.addEni({ subnetId: subnets.b, tags: { multus: 'true', Name: 'mine' } });

async function does(t: Test, node: TestNode, ...args: string[]): Promise<string> {
  const { exitCode, journal, stdout } = await node.run(args);
  t.equal(exitCode, 0, `${args.join(' ')}: exit code 0`, { journal });
  return stdout;
}

t.test('boot, look, boot again, give back', async (t) => {
  const node = await policedNode(t, policy, asked, { userData: everything, world: premade });
  await does(t, node, 'plan');
  await does(t, node, 'run');
  await does(t, node, 'status');
  await does(t, node, 'map');
  await does(t, node, 'run');
  t.equal(node.enis().length, 2);
  await does(t, node, 'release');
  t.equal(node.enis().length, 0);
  t.same(node.simulator.world.instance(node.node.instanceId).tags, {});
  t.same(refusals(node), []);
});

t.test('IPv6, and an address that EC2 chooses', async (t) => {
  const chosen = { subnets: [subnets.dual], ipv4: { mode: 'Automatic' }, ipv6: { mode: 'FirstFree' } };
  const node = await policedNode(t, policy, asked, { userData: eth1(chosen) });
  await does(t, node, 'run');
  t.same(refusals(node), []);
});

t.test('an ENI of a run that was killed is adopted, a surplus one deleted', async (t) => {
  const node = await policedNode(t, policy, asked, { userData: eth1() });
  const { world } = node.simulator;
  const tags = tagsOf(node.node.instanceId);
  const [first, second] = [0, 1].map(() =>
    world.addEni({ subnetId: subnets.a, tags, securityGroups: [group], description: 'eth1' }),
  );
  await does(t, node, 'run');
  t.equal(node.enis().length, 1);
  t.ok([first?.id, second?.id].includes(node.enis()[0]?.id));
  t.same(refusals(node), []);
});

t.test('a failed run gives back what it has made and claimed', async (t) => {
  const node = await policedNode(t, policy, asked, { userData: everything, world: premade });
  const refusal = { code: 'InvalidParameterValue', message: 'Value () for parameter attachment is invalid' };
  order(node, 'ModifyNetworkInterfaceAttribute', refusal, 9);
  t.equal((await node.run(['run'])).exitCode, 3);
  t.same(node.enis(), [], 'neither is left');
  t.ok(errorsOf(node, 'ModifyNetworkInterfaceAttribute').includes(refusal.code));
  t.same(refusals(node), []);
});

t.test('what dead nodes have left is deleted and untagged', async (t) => {
  const node = await policedNode(t, policy, asked, { userData: undefined });
  const { world } = node.simulator;
  const created = eniOf(world, 'gone');
  const existing = eniOf(world, 'terminated', 'existing');
  const { exitCode, journal } = await sweepNow(node, '--yes');
  t.equal(exitCode, 0, journal);
  t.notOk(isThere(node, created));
  t.same(world.store.eni(existing.id).tags, { multus: 'true', 'node.k8s.amazonaws.com/no_manage': 'true' });
  t.same(refusals(node), []);
});

t.test(
  'NodePort addresses are moved between ENIs that were made, and between those that were claimed',
  async (t) => {
    const node = await policedNode(t, policy, asked, { userData: undefined });
    for (const kind of ['created', 'existing'] as const) {
      const { id } = await movesAddresses(t, node, tagsOf('another', kind));
      const carrier = { 'multus-bootstrap.io/nodeport': '10.0.8.200 2600:1f18:1:8::200' };
      await ec2Of(node).createTags(id, carrier);
      await ec2Of(node).deleteTags(id, carrier);
    }
    t.same(refusals(node), []);
  },
);

t.test('every call that the program knows has been made', async (t) => {
  const folder = new URL('../../agent/ec2/', import.meta.url);
  const sources = await Promise.all(
    (await readdir(folder)).map((file) => readFile(new URL(file, folder), 'utf8')),
  );
  const known = sources.flatMap((source) =>
    [...source.matchAll(/new (\w+)Command\(/g)].map(([, name]) => `ec2:${name}`),
  );
  t.same([...new Set(asked.map(({ action }) => action))].sort(), [...new Set(known)].sort());
});

t.test('without any part of the policy some call would be refused', (t) => {
  needsAll(t, policy, asked);
  t.end();
});

t.test('NodePort addresses of the primary ENI, by a policy of its own', async (t) => {
  const primary = await policyFor('aws', 'nodeport-primary-policy');
  const calls: Authorization[] = [];
  const node = await policedNode(t, primary, calls, { userData: undefined });
  node.simulator.permissions.policy = (authorization) => {
    const isOnEni = authorization.resource.includes(':network-interface/');
    calls.push(...(isOnEni ? [authorization] : []));
    return isAllowed(isOnEni ? primary : policy, authorization);
  };
  const { id } = await movesAddresses(t, node, { nodeport: 'true' });
  const ec2 = ec2Of(node);
  const tags = { 'multus-bootstrap.io/interface': 'primary', 'multus-bootstrap.io/nodeport': '10.0.8.200' };
  await ec2.createTags(id, tags);
  await ec2.deleteTags(id, tags);
  t.same(refusals(node), []);
  needsAll(t, primary, calls);

  const { world } = node.simulator;
  const untagged = world.addEni({ subnetId: subnets.dual, secondary: ['10.0.8.210'] }).id;
  const refused = { name: 'Ec2Error', class: 'notPermitted' };
  await t.rejects(ec2.unassignAddress(untagged, '10.0.8.210'), refused, 'one without the tag');
  await t.rejects(ec2.createTags(untagged, { nodeport: 'true' }), refused, 'nor can it be given it');
  await t.rejects(ec2.createTags(id, { ...tags, Name: 'x' }), refused);
});

/** Both addresses, off one ENI with these tags and to another, and off that; answers with the other. */
async function movesAddresses(t: Test, node: TestNode, tags: Record<string, string>) {
  const { world } = node.simulator;
  const ec2 = ec2Of(node);
  const eni = () => world.addEni({ subnetId: subnets.dual, tags });
  const [from, to] = [eni(), eni()];
  for (const address of ['10.0.8.200', '2600:1f18:1:8::200']) {
    await ec2.assignAddress(from.id, address);
    await ec2.unassignAddress(from.id, address);
    await ec2.assignAddress(to.id, address);
    const { addresses, ipv6Addresses } = world.store.eni(to.id);
    t.ok([...addresses, ...ipv6Addresses].includes(address), address);
    await ec2.describeNodes({ subnetId: subnets.dual, addresses: [address] });
    await ec2.unassignAddress(to.id, address);
  }
  return to;
}

function needsAll(t: Test, whole: Policy, calls: readonly Authorization[]): void {
  t.ok(calls.every((each) => isAllowed(whole, each)));
  for (const [what, less] of lessThan(whole)) {
    t.ok(
      calls.some((each) => !isAllowed(less, each)),
      what,
    );
  }
}

/** The policy without one of its actions, resources or allowed values, for each of them. */
function* lessThan({ Version, Statement: all }: Policy): Generator<[what: string, Policy]> {
  for (const statement of all) {
    for (const [what, less] of parts(statement)) {
      const others = all.map((each) => (each === statement ? less : each));
      yield [
        `${statement.Sid}: ${what}`,
        { Version, Statement: others.filter((each) => each !== undefined) },
      ];
    }
  }
}

function* parts(statement: Statement): Generator<[what: string, Statement | undefined]> {
  for (const element of ['Action', 'Resource'] as const) {
    for (const [value, others] of each(statement[element])) {
      yield [value, others && { ...statement, [element]: others }];
    }
  }
  for (const [operator, keys] of Object.entries(statement.Condition)) {
    for (const [key, values] of Object.entries(keys)) {
      for (const [value, others] of values.length > 1 ? each(values) : []) {
        const Condition = { ...statement.Condition, [operator]: { ...keys, [key]: others ?? [] } };
        yield [`${key} ${value}`, { ...statement, Condition }];
      }
    }
  }
}

/** Each value, and the others, if there are any. */
function each([...values]: readonly string[]): [string, [string, ...string[]] | undefined][] {
  return values.map((value) => {
    const [first, ...more] = values.filter((other) => other !== value);
    return [value, first === undefined ? undefined : [first, ...more]];
  });
}

t.test('one action less, and the boot says which', async (t) => {
  const Statement = policy.Statement.filter(({ Sid }) => Sid !== 'TagAtCreate');
  const node = await policedNode(t, { ...policy, Statement }, [], { userData: eth1() });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 4);
  t.match(journal, 'Allow ec2:CreateTags on arn:aws:ec2:eu-west-1:123456789012:network-interface/*');
  t.match(node.enis(), []);
});

for (const [region, partition] of [
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-iso-east-1', 'aws-iso'],
] as const) {
  t.test(`in ${partition} with its own ARNs`, async (t) => {
    const options = { userData: everything, world: premade, simulator: { region } };
    const node = await policedNode(t, await policyFor(partition), [], options);
    await does(t, node, 'run');
    await does(t, node, 'release');
    t.same(refusals(node), []);
  });

  t.test(
    `in ${partition} with those of aws it is no policy, and the message names the right one`,
    async (t) => {
      const node = await policedNode(t, policy, [], { userData: eth1(), simulator: { region } });
      const { exitCode, journal } = await node.run(['run']);
      t.equal(exitCode, 4);
      const arn = `arn:${partition}:ec2:${region}:123456789012:network-interface/\\*`;
      t.match(journal, new RegExp(`Allow ec2:CreateNetworkInterface on ${arn} in a policy of the role`));
    },
  );
}
