import t from 'tap';
import { World } from './model/world.ts';
import { VirtualClock } from './virtual-clock.ts';

t.test('a world that EC2 could not have is refused', async (t) => {
  const world = new World({ clock: new VirtualClock() });
  const vpc = { id: 'vpc-0000000a', cidr: '10.0.0.0/16' };
  const zone = 'us-east-1a';
  const subnet = { id: 'subnet-0000000a', vpcId: vpc.id, cidr: '10.0.4.0/24', zone };
  world.addVpc(vpc);
  world.addVpc({ id: 'vpc-0000000b', cidr: '10.0.0.0/16' });
  world.addSubnet(subnet);
  world.addSubnet({ ...subnet, id: 'subnet-0000000b', vpcId: 'vpc-0000000b' });
  world.addSecurityGroup({ id: 'sg-0000000a', vpcId: vpc.id });
  const node = { id: 'i-0000000a', type: 'm5.large', subnetId: subnet.id };
  world.launch(node);
  const held = world.enis.length;
  const other = { vpcId: vpc.id, zone };
  for (const [what, message, add] of [
    ['a VPC twice', /vpc-0000000a is there already/, () => world.addVpc(vpc)],
    ['a subnet twice', /subnet-0000000a is there/, () => world.addSubnet({ ...subnet, cidr: '10.0.5.0/24' })],
    ['an instance twice', /i-0000000a is there already/, () => world.launch(node)],
    ['a group twice', /sg-0000000a/, () => world.addSecurityGroup({ id: 'sg-0000000a', vpcId: vpc.id })],
    ['no such VPC', /no such VPC: vpc-0000000c/, () => world.addSecurityGroup({ vpcId: 'vpc-0000000c' })],
    ['no such VPC', /no such VPC/, () => world.addSubnet({ ...other, vpcId: 'x', cidr: '10.0.5.0/24' })],
    ['a VPC too large', /\/16 and \/28: 10\.0\.0\.0\/8/, () => world.addVpc({ cidr: '10.0.0.0/8' })],
    ['a subnet too small', /\/16 and \/28/, () => world.addSubnet({ ...other, cidr: '10.0.5.0/29' })],
    ['host bits', /not a CIDR: 10\.0\.5\.1\/24/, () => world.addSubnet({ ...other, cidr: '10.0.5.1/24' })],
    [
      'outside the VPC',
      /not within 10\.0\.0\.0\/16/,
      () => world.addSubnet({ ...other, cidr: '10.1.0.0/24' }),
    ],
    [
      'an overlap',
      /overlaps with 10\.0\.4\.0\/24/,
      () => world.addSubnet({ ...other, cidr: '10.0.4.128/25' }),
    ],
  ] as const) {
    t.throws(add, { message }, what);
  }
  t.equal(world.subnets.size, 2);
  t.equal(world.enis.length, held);
});
