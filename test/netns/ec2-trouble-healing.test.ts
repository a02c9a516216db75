/** Errors of EC2 that time heals, or the next address or device index, at every call that can give them. */
import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { type Ec2Answer, errorsOf, eth1, healing, nodeFor, order, resultOf, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

const reads = [
  'DescribeSubnets',
  'DescribeNetworkInterfaces',
  'GetSubnetCidrReservations',
  'DescribeInstances',
  'DescribeInstanceTypes',
];
const writes = ['CreateNetworkInterface', 'AttachNetworkInterface', 'ModifyNetworkInterfaceAttribute'];

const notYet = (id: string): Ec2Answer[] => [
  { code: 'InvalidNetworkInterfaceID.NotFound', message: `The networkInterface ID '${id}' does not exist` },
];
const unseenAttachment: Ec2Answer = {
  code: 'InvalidAttachmentID.NotFound',
  message: "The attachment ID 'eni-attach-1' does not exist",
};
const atAttach: Ec2Answer[] = [
  ...notYet('eni-0123'),
  { code: 'InvalidInstanceID.NotFound', message: "The instance ID 'i-0123' does not exist" },
  { code: 'IncorrectState', message: "Instance 'i-0123' is not 'running' or 'stopped'" },
  { code: 'InvalidNetworkInterface.InUse', message: 'Interface: [eni-0123] in use.' },
];

t.test('at every call on the way to kubelet', async (t) => {
  const rows: [Ec2Answer, string[]][] = [
    ...healing.map((row): [Ec2Answer, string[]] => [row, [...reads, ...writes]]),
    ...[...notYet('eni-0123'), unseenAttachment].map((row): [Ec2Answer, string[]] => [
      row,
      ['ModifyNetworkInterfaceAttribute'],
    ]),
    ...atAttach.map((row): [Ec2Answer, string[]] => [row, ['AttachNetworkInterface']]),
  ];
  for (const [row, actions] of rows) {
    await t.test(`${row.code} at ${actions.length === 1 ? actions[0] : 'each'}`, async (t) => {
      const node = await nodeFor(t, { userData: eth1({ sourceDestCheck: false }) });
      for (const action of actions) {
        order(node, action, row, 2);
      }
      await succeeds(t, node);
      for (const action of actions) {
        t.same(errorsOf(node, action), [row.code, row.code], action);
      }
      t.match(node.enis(), [{ sourceDestCheck: false, addresses: ['10.0.4.4'] }]);
    });
  }
});

t.test('an address that is not to be had: the next one is claimed', async (t) => {
  const invalid = 'InvalidParameterValue';
  const taken = ['10.0.4.5', '10.0.4.6'];
  const rows: [Ec2Answer, string[]][] = [
    [{ code: 'InvalidIPAddress.InUse', message: 'The specified address is already in use.' }, taken],
    [{ code: 'InvalidIPAddress.InUse', message: 'Address 10.0.4.4 is in use.' }, taken],
    [{ code: invalid, message: 'Address 10.0.4.4 is in use.' }, taken],
    [{ code: invalid, message: '10.0.4.4 is already assigned.' }, taken],
    [{ code: invalid, message: '[10.0.4.4] assigned, but move is not allowed.' }, taken],
    [{ code: invalid, message: "Address is in subnet's reserved address range" }, ['10.0.4.5']],
    [{ code: invalid, message: "Address does not fall within the subnet's address range" }, ['10.0.4.5']],
  ];
  for (const [row, next] of rows) {
    await t.test(`${row.code}: ${row.message}`, async (t) => {
      const node = await nodeFor(t, { userData: eth1() });
      order(node, 'CreateNetworkInterface', row);
      const { interfaces } = await succeeds(t, node);
      t.ok(next.includes(interfaces[0]?.address ?? ''), `${interfaces[0]?.address} is one of ${next}`);
    });
  }
});

t.test('a device index that is taken: the next one', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  const message = "Instance 'i-0123' already has an interface attached at device index '1'.";
  order(node, 'AttachNetworkInterface', { code: 'InvalidParameterValue', message });
  await succeeds(t, node);
  t.equal((await resultOf(node)).interfaces[0]?.deviceIndex, 2);
});
