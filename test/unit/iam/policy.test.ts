/** The IAM policy that users get: its form, and what it keeps a node from. */
import { readdir, readFile } from 'node:fs/promises';
import {
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DescribeVpcsCommand,
  DetachNetworkInterfaceCommand,
  EC2Client,
  ModifyNetworkInterfaceAttributeCommand,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import t, { type Test } from 'tap';
import { isAllowed } from '../../simulator/iam/evaluate.ts';
import { parsePolicy } from '../../simulator/iam/policy.ts';
import { attachEni } from '../../simulator/model/attachments.ts';
import { errorOf, ids, smallWorld } from '../../simulator/small-world.ts';

const folder = new URL('../../../userdata/iam/', import.meta.url);
const json = await readFile(new URL('multus-bootstrap-policy.json', folder), 'utf8');
const policy = parsePolicy(json);
const ours = { 'multus-bootstrap.io/created': 'true', 'node.k8s.amazonaws.com/no_manage': 'true' };

t.test('the form: what IAM takes as a managed policy', async (t) => {
  for (const file of await readdir(folder)) {
    const text = await readFile(new URL(file, folder), 'utf8');
    const size = text.replace(/\s/g, '').length;
    t.ok(size <= 6_144, `${file}: ${size} characters, white space not counted`);
    const sids = parsePolicy(text).Statement.map(({ Sid }) => Sid);
    t.equal(new Set(sids).size, sids.length, file);
  }
});

/** Two nodes, this one and another, each with an ENI of its own; and one of every kind that is available. */
async function world(t: Test) {
  const { sim, user, ec2: asUser } = await smallWorld(t);
  sim.permissions.policy = (authorization) => isAllowed(policy, authorization);
  const here = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const there = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const add = (tags: Record<string, string>) => sim.world.addEni({ subnetId: ids.subnet, tags });
  const attached = (instanceId: string) => {
    const { id } = add(ours);
    const { id: attachmentId } = attachEni(sim.world, {
      eniId: id,
      instanceId,
      deviceIndex: 1,
      networkCard: 0,
    });
    return { id, attachmentId };
  };
  const keys = sim.credentials.forInstance(here.instanceId, 'worker', Date.now());
  const credentials = {
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey,
    sessionToken: String(keys.sessionToken),
  };
  const ec2 = new EC2Client({ endpoint: sim.ec2Url, region: 'us-east-1', credentials, maxAttempts: 1 });
  t.teardown(() => ec2.destroy());
  return {
    sim,
    user,
    ec2,
    asUser,
    here: here.instanceId,
    there: there.instanceId,
    primary: here.primaryEni.id,
    mine: attached(here.instanceId),
    theirs: attached(there.instanceId),
    created: add(ours).id,
    existing: add({ multus: 'true', team: 'core' }).id,
    foreign: add({ Name: 'foreign' }).id,
  };
}

const create = (tags?: Record<string, string>) =>
  new CreateNetworkInterfaceCommand({
    SubnetId: ids.subnet,
    Groups: [ids.group],
    ...(tags && { TagSpecifications: [{ ResourceType: 'network-interface', Tags: pairs(tags) }] }),
  });
const attach = (NetworkInterfaceId: string, InstanceId: string) =>
  new AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId, DeviceIndex: 2, NetworkCardIndex: 0 });
const remove = (NetworkInterfaceId: string) => new DeleteNetworkInterfaceCommand({ NetworkInterfaceId });
const modify = (NetworkInterfaceId: string) =>
  new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, SourceDestCheck: { Value: false } });
const PrivateIpAddresses = ['10.0.4.200'];
const Ipv6Addresses = ['2600:1f18:0:604::200'];
const assign = (NetworkInterfaceId: string) =>
  new AssignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses });
const unassign = (NetworkInterfaceId: string) =>
  new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses });
const assignIpv6 = (NetworkInterfaceId: string) =>
  new AssignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses });
const unassignIpv6 = (NetworkInterfaceId: string) =>
  new UnassignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses });
const tag = (id: string, tags: Record<string, string>) =>
  new CreateTagsCommand({ Resources: [id], Tags: pairs(tags) });
const untag = (id: string, tags?: Record<string, string>) =>
  new DeleteTagsCommand({ Resources: [id], ...(tags && { Tags: pairs(tags) }) });

const carrier = { 'multus-bootstrap.io/nodeport': '10.0.4.200' };

function pairs(tags: Record<string, string>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

t.test('what it keeps a node from', async (t) => {
  const { sim, ec2, here, there, primary, mine, theirs, created, existing, foreign } = await world(t);
  const claim = { 'multus-bootstrap.io/interface': 'eth1' };
  const attachedTag = { 'multus-network-attached': 'true' };
  const before = JSON.stringify(sim.world.enis);
  const calls: [string, () => Promise<unknown>][] = [
    ['create without tags', () => ec2.send(create())],
    ['create what the VPC CNI would take', () => ec2.send(create({ 'multus-bootstrap.io/created': 'true' }))],
    ['delete a foreign ENI', () => ec2.send(remove(foreign))],
    ['delete one made beforehand', () => ec2.send(remove(existing))],
    ['attach a foreign ENI', () => ec2.send(attach(foreign, here))],
    ['attach to another instance', () => ec2.send(attach(created, there))],
    [
      "detach another instance's",
      () => ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId: theirs.attachmentId })),
    ],
    ["change another instance's", () => ec2.send(modify(theirs.id))],
    ['change the primary ENI', () => ec2.send(modify(primary))],
    ['change a foreign ENI', () => ec2.send(modify(foreign))],
    [
      'change security groups',
      () =>
        ec2.send(
          new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId: mine.id, Groups: [ids.group] }),
        ),
    ],
    ['assign an address to the primary ENI', () => ec2.send(assign(primary))],
    ['assign one to a foreign ENI', () => ec2.send(assign(foreign))],
    ['assign IPv6 addresses there', () => ec2.send(assignIpv6(foreign))],
    ['take an address off the primary ENI', () => ec2.send(unassign(primary))],
    ["take a pod's off a foreign ENI", () => ec2.send(unassign(foreign))],
    ['take an IPv6 address off it', () => ec2.send(unassignIpv6(foreign))],
    ['claim a foreign ENI by a tag', () => ec2.send(tag(foreign, claim))],
    ['make a foreign ENI one that it may attach', () => ec2.send(tag(foreign, { multus: 'true' }))],
    ['make one made beforehand one that it may delete', () => ec2.send(tag(existing, { ...claim, ...ours }))],
    ['change tags of what it has created', () => ec2.send(tag(created, claim))],
    ["take off the user's tags", () => ec2.send(untag(existing, { team: 'core' }))],
    ['take off no_manage', () => ec2.send(untag(existing, { 'node.k8s.amazonaws.com/no_manage': 'true' }))],
    ['take off all tags', () => ec2.send(untag(existing))],
    ['take all tags off what it has created', () => ec2.send(untag(created))],
    ['say of a foreign ENI that it carries an address', () => ec2.send(tag(foreign, carrier))],
    ['take all tags off an instance', () => ec2.send(untag(here))],
    ['tag the instance otherwise', () => ec2.send(tag(here, { Name: 'x' }))],
    ['tag another instance', () => ec2.send(tag(there, attachedTag))],
    ['tag an instance and more', () => ec2.send(tag(here, { ...attachedTag, Name: 'x' }))],
    ['tag a subnet', () => ec2.send(tag(ids.subnet, claim))],
    ['read what it need not', () => ec2.send(new DescribeVpcsCommand({}))],
  ];
  for (const [what, call] of calls) {
    t.match(await errorOf(call()), { code: 'UnauthorizedOperation' }, what);
  }
  t.equal(JSON.stringify(sim.world.enis), before, 'nothing has happened');
});

t.test('the like of it on what is its own', async (t) => {
  const { ec2, here, mine, theirs, created, existing } = await world(t);
  const claim = { 'multus-bootstrap.io/interface': 'eth1' };
  const attachedTag = { 'multus-network-attached': 'true' };
  const calls: [string, () => Promise<unknown>][] = [
    ['create', () => ec2.send(create({ ...ours, team: 'core' }))],
    ['change', () => ec2.send(modify(mine.id))],
    ['detach', () => ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId: mine.attachmentId }))],
    ['attach one made beforehand', () => ec2.send(attach(existing, here))],
    ['assign an address', () => ec2.send(assign(mine.id))],
    ['take it off again', () => ec2.send(unassign(mine.id))],
    ["assign one to another node's, by way of handing over", () => ec2.send(assign(theirs.id))],
    ['take it over', () => ec2.send(unassign(theirs.id))],
    ['assign one to what was made beforehand', () => ec2.send(assign(existing))],
    ['take that off', () => ec2.send(unassign(existing))],
    ['claim it', () => ec2.send(tag(existing, claim))],
    ['let it go', () => ec2.send(untag(existing, claim))],
    ['say which addresses are carried by what it has created', () => ec2.send(tag(created, carrier))],
    ['and no longer', () => ec2.send(untag(created, carrier))],
    ['the same of what was made beforehand', () => ec2.send(tag(existing, { ...claim, ...carrier }))],
    ['and that no longer', () => ec2.send(untag(existing, { ...claim, ...carrier }))],
    ['tag the instance', () => ec2.send(tag(here, attachedTag))],
    ['untag the instance', () => ec2.send(untag(here, attachedTag))],
    ['delete what it has created', () => ec2.send(remove(created))],
  ];
  for (const [what, call] of calls) {
    await t.resolves(call(), what);
  }
});

t.test('credentials that are no instance’s attach nothing', async (t) => {
  const { asUser, created, here } = await world(t);
  t.match(await errorOf(asUser.send(attach(created, here))), { code: 'UnauthorizedOperation' });
});
