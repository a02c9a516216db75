import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** IMDS, which every node has a route to, at the address by which the VPC and the cluster know the node. */
const destinations = [
  ['udp4', '169.254.169.254'],
  ['udp6', 'fd00:ec2::254'],
] as const;

/**
 * This node's own address: the one that the kernel would send from by the default route, which no NodePort address
 * is. Connecting a UDP socket sends nothing. Undefined without any route.
 */
export async function ownAddress(): Promise<string | undefined> {
  for (const [family, destination] of destinations) {
    const socket = createSocket(family);
    try {
      socket.connect(80, destination);
      await once(socket, 'connect');
      return socket.address().address;
    } catch {
      // No route of this IP version.
    } finally {
      socket.close();
    }
  }
  return undefined;
}
