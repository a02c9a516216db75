/** The part of IAM's language that the simulator understands, and what EC2 asks IAM for. */
import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import type { Authorization } from './api/authorizations.ts';
import { isAllowed } from './iam/evaluate.ts';
import { parsePolicy } from './iam/policy.ts';
import { errorOf, smallWorld } from './small-world.ts';

const eni = 'arn:aws:ec2:eu-west-1:123456789012:network-interface/eni-1';

function allows(statement: object, asked: Partial<Authorization> = {}): boolean {
  const whole = {
    Sid: 'A',
    Effect: 'Allow',
    Action: 'ec2:DeleteNetworkInterface',
    Resource: '*',
    ...statement,
  };
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: [whole] }));
  return isAllowed(policy, { action: 'ec2:DeleteNetworkInterface', resource: eni, context: {}, ...asked });
}

t.test('actions and resources', (t) => {
  const rows: [object, boolean][] = [
    [{}, true],
    [{ Action: ['ec2:CreateTags', 'EC2:deletenetworkinterface'] }, true],
    [{ Action: 'ec2:Delete*' }, true],
    [{ Action: 'ec2:DeleteNetwork' }, false],
    [{ Action: 's3:DeleteNetworkInterface' }, false],
    [{ Resource: 'arn:aws:ec2:*:*:network-interface/*' }, true],
    [{ Resource: 'arn:aws:ec2:eu-west-1:123456789012:network-interface/eni-?' }, true],
    [{ Resource: 'arn:aws:ec2:*:*:instance/*' }, false],
    [{ Resource: 'arn:aws-cn:ec2:*:*:network-interface/*' }, false],
    [{ Resource: 'arn:aws:ec2:*:*:network-interface/${a:b}' }, false],
  ];
  for (const [statement, expected] of rows) {
    t.equal(allows(statement), expected, JSON.stringify(statement));
  }
  t.notOk(allows({ Resource: 'arn:aws:ec2:*:*:subnet/*' }, { resource: '*' }), 'an action without resources');
  t.end();
});

t.test('conditions', (t) => {
  const context = {
    'aws:ResourceTag/multus': 'true',
    'aws:TagKeys': ['a', 'b'],
    'ec2:InstanceID': 'i-1',
    'ec2:SourceInstanceARN': 'arn:aws:ec2:eu-west-1:123456789012:instance/i-1',
  };
  const rows: [object, boolean][] = [
    [{ StringEquals: { 'aws:ResourceTag/multus': 'true' } }, true],
    [{ StringEquals: { 'AWS:resourcetag/MULTUS': ['no', 'true'] } }, true],
    [{ StringEquals: { 'aws:ResourceTag/multus': 'True' } }, false],
    [{ StringEquals: { 'aws:ResourceTag/multus': 'tr*' } }, false],
    [{ StringEquals: { 'aws:ResourceTag/other': 'true' } }, false],
    [{ StringEquals: { 'ec2:InstanceID': '${EC2:instanceid}' } }, true],
    [{ StringEquals: { 'ec2:InstanceID': '${ec2:Unknown}' } }, false],
    [{ ArnLike: { 'ec2:SourceInstanceARN': 'arn:aws:ec2:*:*:instance/${ec2:InstanceID}' } }, true],
    [{ ArnLike: { 'ec2:SourceInstanceARN': 'arn:aws:ec2:*:instance/i-1:*:*' } }, false],
    [{ ArnLike: { 'ec2:SourceInstanceARN': 'arn:aws-cn:ec2:*:*:instance/i-1' } }, false],
    [{ ArnLike: { 'ec2:SourceInstanceARN': 'arn:aws:ec2:*:*:instance/i-2' } }, false],
    [{ Null: { 'aws:TagKeys': 'false' } }, true],
    [{ Null: { 'aws:TagKeys': 'true' } }, false],
    [{ Null: { 'ec2:CreateAction': 'false' } }, false],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b', 'c'] } }, true],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, false],
    [{ 'ForAllValues:StringEquals': { 'ec2:CreateAction': ['a'] } }, true],
    [{ StringEquals: { 'ec2:InstanceID': 'i-1' }, Null: { 'aws:TagKeys': 'true' } }, false],
  ];
  for (const [Condition, expected] of rows) {
    t.equal(allows({ Condition }, { context }), expected, JSON.stringify(Condition));
  }
  t.throws(() => allows({ Condition: { StringLike: { a: 'b' } } }), /StringLike is not understood/);
  t.throws(
    () => allows({ Condition: { StringEquals: { 'aws:TagKeys': 'a' } } }, { context }),
    /ForAllValues/,
  );
  t.throws(() => allows({ NotAction: 'ec2:*' }), /NotAction/);
  t.throws(() => allows({ Effect: 'Deny' }), /Allow/);
  t.end();
});

t.test('what EC2 asks for, and how it refuses', async (t) => {
  const { sim, ec2, subnet, group } = await smallWorld(t);
  const asked: Authorization[] = [];
  sim.permissions.policy = (authorization) => {
    asked.push(authorization);
    return true;
  };
  const arn = 'arn:aws:ec2:us-east-1:123456789012:';
  const seen = () => asked.splice(0).map(({ action, resource }) => `${action} ${resource.replace(arn, '')}`);
  const { NetworkInterface } = await ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: subnet,
      Groups: [group],
      TagSpecifications: [{ ResourceType: 'network-interface', Tags: [{ Key: 'a', Value: 'b' }] }],
    }),
  );
  t.same(seen(), [
    'ec2:CreateNetworkInterface network-interface/*',
    `ec2:CreateNetworkInterface subnet/${subnet}`,
    `ec2:CreateNetworkInterface security-group/${group}`,
    'ec2:CreateTags network-interface/*',
  ]);
  const { instanceId } = await sim.launch({ type: 'm5.large', subnetId: subnet });
  const eniId = NetworkInterface?.NetworkInterfaceId;
  await ec2.send(
    new AttachNetworkInterfaceCommand({ InstanceId: instanceId, NetworkInterfaceId: eniId, DeviceIndex: 1 }),
  );
  t.same(seen(), [
    `ec2:AttachNetworkInterface instance/${instanceId}`,
    `ec2:AttachNetworkInterface network-interface/${eniId}`,
  ]);
  sim.permissions.policy = ({ resource }) => !resource.includes(':instance/');
  const modify = new ModifyNetworkInterfaceAttributeCommand({
    NetworkInterfaceId: eniId,
    SourceDestCheck: { Value: false },
  });
  t.match(await errorOf(ec2.send(modify)), {
    code: 'UnauthorizedOperation',
    message: `perform: ec2:ModifyNetworkInterfaceAttribute on resource: ${arn}instance/${instanceId} because`,
  });
  t.equal(sim.world.store.eni(String(eniId)).sourceDestCheck, true, 'and nothing happens');
});
