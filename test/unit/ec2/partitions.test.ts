/** Regions of every partition: where EC2 is, and what messages name. */
import t from 'tap';
import { explain } from '../../../agent/ec2/explain.ts';
import { Ec2Error } from '../../../agent/ec2/port.ts';
import { endpointFor } from '../../../agent/ec2/transport.ts';

const fips = { AWS_USE_FIPS_ENDPOINT: 'true' };
const dualStack = { AWS_USE_DUALSTACK_ENDPOINT: 'true' };
const both = { ...fips, ...dualStack };

t.test('the host that is called', (t) => {
  const rows: [region: string, env: Record<string, string>, host: string][] = [
    ['eu-west-1', {}, 'ec2.eu-west-1.amazonaws.com'],
    ['eu-west-1', dualStack, 'ec2.eu-west-1.api.aws'],
    ['us-east-1', fips, 'ec2-fips.us-east-1.amazonaws.com'],
    ['us-east-1', both, 'ec2-fips.us-east-1.api.aws'],
    ['us-gov-west-1', {}, 'ec2.us-gov-west-1.amazonaws.com'],
    ['us-gov-west-1', fips, 'ec2.us-gov-west-1.amazonaws.com'],
    ['us-gov-west-1', dualStack, 'ec2.us-gov-west-1.api.aws'],
    ['us-gov-west-1', both, 'ec2-fips.us-gov-west-1.api.aws'],
    ['cn-north-1', {}, 'ec2.cn-north-1.amazonaws.com.cn'],
    ['cn-north-1', dualStack, 'ec2.cn-north-1.api.amazonwebservices.com.cn'],
    ['us-iso-east-1', {}, 'ec2.us-iso-east-1.c2s.ic.gov'],
    ['us-isob-east-1', {}, 'ec2.us-isob-east-1.sc2s.sgov.gov'],
    ['eu-isoe-west-1', {}, 'ec2.eu-isoe-west-1.cloud.adc-e.uk'],
    ['us-isof-south-1', {}, 'ec2.us-isof-south-1.csp.hci.ic.gov'],
    ['eusc-de-east-1', {}, 'ec2.eusc-de-east-1.amazonaws.eu'],
  ];
  for (const [region, env, host] of rows) {
    t.equal(endpointFor(region, env).href, `https://${host}/`, `${region} ${Object.keys(env)}`);
  }
  t.end();
});

t.test('the interface endpoint that a message names', (t) => {
  const rows: [region: string, env: Record<string, string>, service: string][] = [
    ['eu-west-1', {}, 'endpoint com.amazonaws.eu-west-1.ec2,'],
    ['us-east-1', fips, 'endpoint com.amazonaws.us-east-1.ec2,'],
    ['us-gov-west-1', {}, 'endpoint com.amazonaws.us-gov-west-1.ec2,'],
    ['cn-north-1', {}, 'endpoint cn.com.amazonaws.cn-north-1.ec2,'],
    ['us-iso-east-1', {}, 'endpoint gov.ic.c2s.us-iso-east-1.ec2,'],
    ['eu-west-1', dualStack, 'endpoint of EC2,'],
    ['eu-west-1', { AWS_ENDPOINT_URL_EC2: 'https://vpce-1.ec2.eu-west-1.vpce.example' }, 'endpoint of EC2,'],
  ];
  for (const [region, env, service] of rows) {
    const error = new Ec2Error('DescribeSubnets', 'unreachable', 'ETIMEDOUT', 'connect ETIMEDOUT');
    const endpoint = endpointFor(region, env).origin;
    t.match(explain(error, { subject: 'list subnets', endpoint, proxy: undefined }).message, service);
  }
  t.end();
});

t.test('what EC2 says of a denial is told with the ARNs of the partition', (t) => {
  for (const [partition, region] of [
    ['aws-cn', 'cn-north-1'],
    ['aws-us-gov', 'us-gov-west-1'],
    ['aws-iso', 'us-iso-east-1'],
  ]) {
    const arn = `arn:${partition}:ec2:${region}:123456789012:subnet/subnet-1`;
    const message =
      'You are not authorized to perform this operation. User: ' +
      `arn:${partition}:sts::123456789012:assumed-role/node-role/i-1 is not authorized to perform: ` +
      `ec2:CreateNetworkInterface on resource: ${arn} because no identity-based policy allows it`;
    const error = new Ec2Error('CreateNetworkInterface', 'notPermitted', 'UnauthorizedOperation', message);
    t.match(
      explain(error, { subject: 'create', endpoint: '', proxy: undefined }).message,
      `Allow ec2:CreateNetworkInterface on ${arn} in a policy of the role node-role`,
    );
  }
  t.end();
});
