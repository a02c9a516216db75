import t from 'tap';
import { privateDnsName, zoneId } from './model/naming.ts';
import { startSimulator } from './simulator.ts';

t.test("zones, as AWS's own lists of zone ids have them", (t) => {
  for (const [zone, id] of [
    ['us-east-1a', 'use1-az1'],
    ['eu-west-1c', 'euw1-az3'],
    ['ap-southeast-2b', 'apse2-az2'],
    ['us-gov-west-1a', 'usgw1-az1'],
    ['us-iso-east-1a', 'usie1-az1'],
    ['us-west-2-lax-1a', 'usw2-lax1-az1'],
    ['us-east-1-wl1-bos-wlz-1', 'use1-wl1-bos-wlz1'],
  ] as const) {
    t.equal(zoneId(zone), id);
  }
  t.equal(privateDnsName('us-east-1', '10.0.4.4'), 'ip-10-0-4-4.ec2.internal');
  t.equal(privateDnsName('eu-west-1', '10.0.4.4'), 'ip-10-0-4-4.eu-west-1.compute.internal');
  t.end();
});

t.test('the partition', async (t) => {
  for (const [region, partition] of [
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eusc-de-east-1', 'aws-eusc'],
  ] as const) {
    const sim = await startSimulator({ region });
    t.teardown(() => sim.close());
    t.equal(sim.credentials.forUser('x').callerArn, `arn:${partition}:iam::123456789012:user/x`);
  }
});
