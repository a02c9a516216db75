import type { NodeInstance } from '../../claim/facts.ts';
import { isIpv6 } from '../../claim/range.ts';
import { messageOf } from '../../failure.ts';
import { readAddresses } from '../../host/ip.ts';
import { isLocked } from '../../host/lock.ts';
import { paths } from '../../host/paths.ts';
import type { NodePortLink, NodePortSetup } from '../../nodeport/setup.ts';
import { readState } from '../../nodeport/state-file.ts';
import type { NodePortSeen } from '../../report/node-port-status.ts';
import { type AskContext, ask } from '../run/ask.ts';

/** Looks at the NodePort addresses of a setup: one call of EC2 for each link and IP version, and none that changes anything. */
export async function lookAtNodePort(
  root: string,
  setup: NodePortSetup,
  context: AskContext | undefined,
): Promise<NodePortSeen> {
  const unknown: string[] = [];
  const tolerating = <T>(what: string, promise: Promise<T>): Promise<T | undefined> =>
    promise.catch((error: unknown) => {
      unknown.push(`${what}: ${messageOf(error)}`);
      return undefined;
    });
  const [nodes, onLinks, last, isWatched] = await Promise.all([
    context && tolerating('EC2', holders(context, setup.links)),
    tolerating('the addresses of the links', readAddresses()),
    tolerating('what the watcher knows', readState(root, setup.instanceId)),
    tolerating('whether the watcher runs', isLocked(paths(root).nodePortLock)),
  ]);
  return { setup, nodes, onLinks, last, isWatched, unknown };
}

/** The instances that hold addresses of the links. */
async function holders(context: AskContext, links: readonly NodePortLink[]): Promise<NodeInstance[]> {
  const queries = links.flatMap(({ subnetId, addresses }) => {
    const all = addresses.map(({ address }) => address);
    const versions = [all.filter((each) => !isIpv6(each)), all.filter(isIpv6)];
    return versions.filter((some) => some.length > 0).map((some) => ({ subnetId, addresses: some }));
  });
  const found = await Promise.all(
    queries.map((query) =>
      ask(context, `look who holds ${query.addresses.join(', ')}`, (signal) =>
        context.ec2.describeNodes(query, signal),
      ),
    ),
  );
  return found.flat();
}
