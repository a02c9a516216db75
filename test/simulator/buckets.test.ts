import { CreateNetworkInterfaceCommand } from '@aws-sdk/client-ec2';
import t from 'tap';
import { Buckets } from './api/buckets.ts';
import { errorOf, ids, smallWorld } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

const filter = { Filter: [{ Name: 'subnet-id', Value: ['x'] }] };

t.test('every bucket has its size and refills at its rate', async (t) => {
  const cases: [string, object, number, number][] = [
    ['CreateNetworkInterface', {}, 100, 5],
    ['DeleteNetworkInterface', {}, 100, 5],
    ['ModifyNetworkInterfaceAttribute', {}, 100, 5],
    ['AssignPrivateIpAddresses', {}, 100, 5],
    ['UnassignPrivateIpAddresses', {}, 100, 5],
    ['AssignIpv6Addresses', {}, 100, 5],
    ['UnassignIpv6Addresses', {}, 50, 5],
    ['CreateTags', {}, 100, 10],
    ['DeleteTags', {}, 100, 10],
    ['AttachNetworkInterface', {}, 50, 5],
    ['DetachNetworkInterface', {}, 50, 5],
    ['DescribeNetworkInterfaces', filter, 100, 20],
    ['DescribeNetworkInterfaces', { MaxResults: '5' }, 100, 20],
    ['DescribeNetworkInterfaces', {}, 50, 10],
    ['DescribeInstances', {}, 50, 10],
    ['DescribeSubnets', {}, 100, 20],
    ['GetSubnetCidrReservations', {}, 100, 20],
    ['CreateSubnetCidrReservation', {}, 5, 1],
  ];
  for (const [action, params, size, refill] of cases) {
    const buckets = new Buckets();
    const taken = (now: number) => {
      let count = 0;
      try {
        for (; count < 1000; count++) {
          buckets.take(action, { ...params }, now);
        }
      } catch {}
      return count;
    };
    t.same([taken(0), taken(1000), taken(1e6)], [size, refill, size], `${action} ${JSON.stringify(params)}`);
  }
});

t.test('a throttled call', async (t) => {
  const clock = new VirtualClock();
  const { ec2 } = await smallWorld(t, { clock, buckets: true });
  const create = () => ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: ids.subnet }));
  for (let n = 0; n < 100; n++) {
    await create();
  }
  t.match(await errorOf(create()), {
    code: 'RequestLimitExceeded',
    message: 'Request limit exceeded.',
    status: 503,
  });
  clock.advance(200);
  await create();
});
