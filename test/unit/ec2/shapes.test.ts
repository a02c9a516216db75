import t from 'tap';
import { eniFilters } from '../../../agent/ec2/filters.ts';
import { toEni, toLimits, toReservation } from '../../../agent/ec2/shapes.ts';

const action = 'DescribeNetworkInterfaces';
const eni = {
  NetworkInterfaceId: 'eni-1',
  SubnetId: 'subnet-1',
  MacAddress: '0A:00:00:00:00:01',
  Status: 'in-use',
  SourceDestCheck: true,
} as const;
const attachment = {
  AttachmentId: 'ela-attach-1',
  DeviceIndex: 1,
  Status: 'attached',
  DeleteOnTermination: false,
} as const;

t.test('an ENI: the primary address first, the MAC in lower case', (t) => {
  const PrivateIpAddresses = [
    { PrivateIpAddress: '10.0.0.5' },
    { PrivateIpAddress: '10.0.0.4', Primary: true },
  ];
  t.match(toEni(action, { ...eni, PrivateIpAddresses }), {
    mac: '0a:00:00:00:00:01',
    addresses: ['10.0.0.4', '10.0.0.5'],
    tags: {},
    attachment: undefined,
  });
  t.end();
});

t.test("an AWS service's ENI names no instance, and does not spoil a listing", (t) => {
  const { attachment: parsed } = toEni(action, { ...eni, Attachment: attachment });
  t.strictSame(parsed, {
    id: 'ela-attach-1',
    instanceId: undefined,
    deviceIndex: 1,
    networkCard: 0,
    status: 'attached',
    deleteOnTermination: false,
  });
  t.end();
});

t.test('what EC2 always sends is not made up when it is missing', (t) => {
  const { SubnetId: _, ...incomplete } = eni;
  const refused = { class: 'invalid', code: 'IncompleteAnswer' };
  t.throws(() => toEni(action, incomplete), { ...refused, action, message: /no SubnetId/ });
  t.throws(() => toEni(action, { ...eni, Attachment: { ...attachment, Status: undefined } }), refused);
  t.throws(() => toReservation(action, { SubnetId: 'subnet-1', Cidr: '10.0.0.0/28' }), refused);
  t.throws(() => toLimits(action, { InstanceType: 'm5.large' }), refused);
  t.end();
});

t.test('queries that EC2 would answer wrongly are not sent', (t) => {
  const addresses = Array.from({ length: 191 }, (_, i) => `10.0.0.${i}`);
  t.throws(() => eniFilters({ addresses: ['10.0.0.4'] }), /needs their subnet/);
  t.throws(() => eniFilters({ addresses, subnetIds: ['subnet-1'] }), /190 addresses/);
  t.throws(() => eniFilters({}), /something to look for/);
  t.strictSame(eniFilters({ tags: { team: 'a*b?\\' } }), [{ Name: 'tag:team', Values: ['a\\*b\\?\\\\'] }]);
  t.end();
});
