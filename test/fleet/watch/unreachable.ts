import { Ec2Error } from '../../../agent/ec2/port.ts';
import type { Send } from '../send.ts';
import type { WatchedNode } from './node.ts';

/** After which the agent's transport gives up to connect, in ms. */
const connectMs = 2_000;

/** Requests of a node that does not reach EC2 come to nothing. */
export function withoutEc2(node: WatchedNode, send: Send): Send {
  return async (action, params, read, signal) => {
    if (!node.reachesEc2) {
      await node.stage.region.time.sleep(connectMs, signal);
      throw new Ec2Error(action, 'unreachable', 'ETIMEDOUT', `no connection within ${connectMs} ms`);
    }
    return send(action, params, read, signal);
  };
}
