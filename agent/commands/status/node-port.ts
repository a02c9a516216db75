import type { NodePortConfig } from '../../config/model.ts';
import { messageOf } from '../../failure.ts';
import type { NodePortSetup } from '../../nodeport/setup.ts';
import { readSetup } from '../../nodeport/setup-file.ts';
import { type NodePortSeen, type NodePortStatus, nodePortStatus } from '../../report/node-port-status.ts';
import { lookAtNodePort } from '../nodeport/look.ts';
import type { AskContext } from '../run/ask.ts';

/**
 * This node's NodePort addresses, for `status`. Asks EC2 only where there are any.
 *
 * @param configured undefined where the configuration cannot be read
 */
export async function nodePortOf(
  root: string,
  instanceId: string,
  configured: readonly NodePortConfig[] | undefined,
  context: AskContext | undefined,
): Promise<NodePortStatus> {
  const none = { instanceId, links: [] };
  try {
    const setup = (await readSetup(root, instanceId)) ?? none;
    const hasAny = setup.links.length > 0;
    const seen = hasAny ? await lookAtNodePort(root, setup, context) : nothingOf(none);
    return nodePortStatus(seen, configured);
  } catch (error) {
    return nodePortStatus({ ...nothingOf(none), unknown: [`the NodePort addresses: ${messageOf(error)}`] });
  }
}

function nothingOf(setup: NodePortSetup): NodePortSeen {
  return { setup, nodes: [], onLinks: undefined, last: undefined, isWatched: undefined, unknown: [] };
}
