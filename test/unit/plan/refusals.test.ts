import t from 'tap';
import { Failure } from '../../../agent/failure.ts';
import { makePlan } from '../../../agent/plan/plan.ts';
import { attached, eni, nodeConfig, observation, subnet } from '../facts.ts';
import { primary } from './planning.ts';

t.test('what cannot be done is refused before anything is changed', async (t) => {
  const full = eni({ addresses: ['10.0.4.4'], prefixes: ['10.0.4.16/28'] });
  const narrow = { mode: 'FirstFree' as const, podRange: ['10.0.4.5-10.0.4.7'] };
  for (const [what, config, given, exitCode, ...words] of [
    [
      'no such subnet',
      nodeConfig({ subnets: ['subnet-11111111', 'subnet-33333333'] }),
      {},
      3,
      'eth1',
      'subnet-33333333',
      'eu-west-1',
    ],
    [
      'no subnet in the zone',
      nodeConfig({}),
      { subnets: [subnet({ zone: 'eu-west-1c' })] },
      3,
      'eu-west-1a',
      'subnet-11111111 is in eu-west-1c',
    ],
    [
      'another VPC',
      nodeConfig({}),
      { subnets: [subnet({ vpcId: 'vpc-22222222' })] },
      3,
      'vpc-22222222',
      'vpc-11111111',
    ],
    [
      'no IPv4 CIDR',
      nodeConfig({}),
      { subnets: [{ ...subnet({}), cidr: undefined }] },
      3,
      'subnet-11111111',
      'has no IPv4 CIDR',
      'ipv6: {mode: FirstFree}',
    ],
    [
      'within elsewhere',
      nodeConfig({ ipv4: { ...narrow, within: ['10.0.9.0/24'] } }),
      {},
      3,
      'ipv4.within',
      '10.0.9.0/24',
      '10.0.4.0/24',
    ],
    [
      'all held',
      nodeConfig({ ipv4: { ...narrow, within: ['10.0.4.0/29', '10.0.4.16/28'] } }),
      { enis: [primary, full] },
      5,
      'eth1',
      'of the 24 addresses',
      '17 are held by ENIs',
      '3 are in podRange',
    ],
    [
      'all in a reservation',
      nodeConfig({}),
      { reservations: [{ subnetId: 'subnet-11111111', cidr: '10.0.4.0/24', type: 'explicit' as const }] },
      5,
      '256 are in CIDR reservations',
    ],
    [
      'EC2 has none left',
      nodeConfig({ ipv4: { mode: 'Automatic', within: [], podRange: [] } }),
      { subnets: [subnet({ availableAddresses: 0 })] },
      5,
      'no available address',
    ],
    [
      'too many ENIs',
      nodeConfig({}, { name: 'eth2' }),
      { enis: [primary, attached(1), attached(2)] },
      6,
      'm5.xlarge carries 4 ENIs',
      'has 3',
      '2 more',
    ],
    ['no such card', nodeConfig({ networkCard: 1 }), {}, 6, 'm5.xlarge has no network card 1'],
    ['name of the primary', nodeConfig({ name: 'ens5' }), {}, 3, 'ens5', 'the primary ENI'],
    [
      'alternative name of the primary',
      nodeConfig({ name: 'enp0s5' }),
      {},
      3,
      'an alternative name of ens5, the primary ENI',
    ],
    [
      'name of a link',
      nodeConfig({ name: 'docker0' }),
      { links: [{ name: 'docker0', mac: '02:42:00:00:00:01', alternativeNames: [] }] },
      3,
      'docker0',
      '02:42:00:00:00:01',
    ],
  ] as const) {
    try {
      makePlan(config, observation(given));
      t.fail(`${what}: planned`);
    } catch (error) {
      t.type(error, Failure, what);
      if (error instanceof Failure) {
        t.equal(error.exitCode, exitCode, `${what}: exit code`);
        for (const word of words) {
          t.match(error.message, word, what);
        }
      }
    }
  }
});
