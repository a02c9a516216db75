import {
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import { errorOf, ids, smallWorld } from './small-world.ts';

const missingEni = 'eni-00000000000000000';

t.test('reads refuse', async (t) => {
  const { sim, ec2 } = await smallWorld(t, { unpaginatedLimit: 3 });
  const refuses = async (name: string, call: Promise<unknown>, code: string, message: string | RegExp) =>
    t.match(await errorOf(call), { code, message, status: 400 }, name);
  const describe = (input: object) => ec2.send(new DescribeNetworkInterfacesCommand(input));
  await refuses(
    'unknown ids',
    describe({ NetworkInterfaceIds: [missingEni] }),
    'InvalidNetworkInterfaceID.NotFound',
    `The networkInterface ID '${missingEni}' does not exist`,
  );
  await refuses(
    'several unknown ids',
    describe({ NetworkInterfaceIds: [missingEni, 'eni-0000000a'] }),
    'InvalidNetworkInterfaceID.NotFound',
    `The networkInterface IDs '${missingEni}, eni-0000000a' do not exist`,
  );
  await refuses(
    'unknown filters',
    describe({ Filters: [{ Name: 'subnet', Values: ['x'] }] }),
    'InvalidParameterValue',
    "The filter 'subnet' is invalid",
  );
  const addresses = Array.from({ length: 200 }, (_, n) => `10.0.4.${n}`);
  await refuses(
    'more than 200 filter values in all',
    describe({
      Filters: [
        { Name: 'subnet-id', Values: [ids.subnet] },
        { Name: 'addresses.private-ip-address', Values: addresses },
      ],
    }),
    'FilterLimitExceeded',
    /200/,
  );
  const just200 = [{ Name: 'addresses.private-ip-address', Values: addresses }];
  t.same((await describe({ Filters: just200 })).NetworkInterfaces, [], '200 are allowed');
  await refuses(
    'MaxResults with ids',
    describe({ NetworkInterfaceIds: [missingEni], MaxResults: 10 }),
    'InvalidParameterCombination',
    /NetworkInterfaceId/,
  );
  await refuses('tiny pages', describe({ MaxResults: 4 }), 'InvalidParameterValue', /5 and 1000/);
  await refuses('huge pages', describe({ MaxResults: 1001 }), 'InvalidParameterValue', /5 and 1000/);
  await refuses('a token of its own making', describe({ NextToken: 'abc' }), 'InvalidNextToken', /not valid/);
  await refuses(
    'unknown subnets',
    ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-0000000a'] })),
    'InvalidSubnetID.NotFound',
    "The subnet ID 'subnet-0000000a' does not exist",
  );
  await refuses(
    'unknown groups',
    ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ['sg-0000000a'] })),
    'InvalidGroup.NotFound',
    "The security group 'sg-0000000a' does not exist",
  );
  await refuses(
    'unknown names of groups',
    ec2.send(new DescribeSecurityGroupsCommand({ GroupNames: ['default', 'nope'] })),
    'InvalidGroup.NotFound',
    "The security group 'nope' does not exist",
  );
  await refuses(
    'unknown zones',
    ec2.send(new DescribeAvailabilityZonesCommand({ ZoneNames: ['us-east-1a', 'nope'] })),
    'InvalidParameterValue',
    'Invalid availability zone: [nope]',
  );
  await refuses(
    'unknown types',
    ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['m5.large', 'x9.tiny' as 'm5.large'] })),
    'InvalidInstanceType',
    'The following supplied instance types do not exist: [x9.tiny]',
  );
  for (let n = 0; n < 4; n++) {
    sim.world.addEni({ subnetId: ids.subnet });
  }
  await refuses(
    'an unpaginated listing of a large account',
    describe({}),
    'OperationNotPermitted',
    /MaxResults/,
  );
  const Filters = [{ Name: 'subnet-id', Values: [ids.subnet] }];
  t.equal((await describe({ Filters })).NetworkInterfaces?.length, 4, 'but for one of a subnet');
});
