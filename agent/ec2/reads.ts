import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  type Filter,
  GetSubnetCidrReservationsCommand,
  type Reservation as Launched,
} from '@aws-sdk/client-ec2';
import type { Caller } from './caller.ts';
import { eniFilters, instanceFilters, launchFilters, nodeFilters, subnetFilters } from './filters.ts';
import { toLaunch, toNodeInstance } from './launches.ts';
import { allPages } from './pages.ts';
import { type Ec2, Ec2Error } from './port.ts';
import { toEni, toInstanceState, toLimits, toReservation, toSubnet } from './shapes.ts';

/** The calls that change nothing. */
export type Reads = Pick<Ec2, keyof Ec2 & `describe${string}`>;

/** EC2's largest page, but for instance types. */
const MaxResults = 1_000;

export function createReads({ call }: Pick<Caller, 'call'>): Reads {
  const reads: Reads = {
    async describeSubnets(query, signal) {
      const action = 'DescribeSubnets';
      const Filters = subnetFilters(query);
      const subnets = await allPages((NextToken) =>
        call(action, signal, async (client, options) => {
          const input = { Filters, MaxResults, NextToken };
          const answer = await client.send(new DescribeSubnetsCommand(input), options);
          return { items: answer.Subnets ?? [], next: answer.NextToken };
        }),
      );
      return subnets.map((subnet) => toSubnet(action, subnet));
    },

    describeEnis: (query, signal) =>
      allPages(async (token) => {
        const { enis, next } = await reads.describeEniPage(query, token, signal);
        return { items: enis, next };
      }),

    async describeEniPage(query, token, signal) {
      const action = 'DescribeNetworkInterfaces';
      const input = { Filters: eniFilters(query), MaxResults, NextToken: token };
      const { NetworkInterfaces = [], NextToken } = await call(action, signal, (client, options) =>
        client.send(new DescribeNetworkInterfacesCommand(input), options),
      );
      return { enis: NetworkInterfaces.map((eni) => toEni(action, eni)), next: NextToken || undefined };
    },

    async describeInstances(ids, signal) {
      const reservations = await listReservations(instanceFilters(ids), signal);
      return reservations
        .flatMap(({ Instances = [] }) => Instances)
        .map((instance) => toInstanceState('DescribeInstances', instance));
    },

    async describeLaunches(query, signal) {
      const reservations = await listReservations(launchFilters(query), signal);
      return reservations.flatMap(({ ReservationId, Instances = [] }) =>
        Instances.map((instance) => toLaunch('DescribeInstances', ReservationId, instance)),
      );
    },

    async describeNodes(query, signal) {
      const reservations = await listReservations(nodeFilters(query), signal);
      return reservations.flatMap(({ ReservationId, Instances = [] }) =>
        Instances.map((instance) => toNodeInstance('DescribeInstances', ReservationId, instance)),
      );
    },

    async describeReservations(subnetId, signal) {
      const action = 'GetSubnetCidrReservations';
      const reservations = await allPages((NextToken) =>
        call(action, signal, async (client, options) => {
          const input = { SubnetId: subnetId, MaxResults, NextToken };
          const answer = await client.send(new GetSubnetCidrReservationsCommand(input), options);
          const { SubnetIpv4CidrReservations = [], SubnetIpv6CidrReservations = [] } = answer;
          const items = [...SubnetIpv4CidrReservations, ...SubnetIpv6CidrReservations];
          return { items, next: answer.NextToken };
        }),
      );
      return reservations.map((reservation) => toReservation(action, reservation));
    },

    async describeType(type, signal) {
      const action = 'DescribeInstanceTypes';
      // By filter, since the SDK's type of the parameter InstanceTypes knows no type newer than itself.
      const Filters = [{ Name: 'instance-type', Values: [type] }];
      const [info] = await allPages((NextToken) =>
        call(action, signal, async (client, options) => {
          const input = { Filters, MaxResults: 100, NextToken };
          const answer = await client.send(new DescribeInstanceTypesCommand(input), options);
          return { items: answer.InstanceTypes ?? [], next: answer.NextToken };
        }),
      );
      if (info === undefined) {
        const message = `EC2 knows no instance type ${type} here`;
        throw new Ec2Error(action, 'notFound', 'InvalidInstanceType', message);
      }
      return toLimits(action, info);
    },
  };
  return reads;

  function listReservations(Filters: Filter[], signal: AbortSignal | undefined): Promise<Launched[]> {
    return allPages((NextToken) =>
      call('DescribeInstances', signal, async (client, options) => {
        const input = { Filters, MaxResults, NextToken };
        const answer = await client.send(new DescribeInstancesCommand(input), options);
        return { items: answer.Reservations ?? [], next: answer.NextToken };
      }),
    );
  }
}
