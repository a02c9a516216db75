import { isIpv6 } from '../../../agent/claim/range.ts';
import type { Probe, WatchNode } from '../../../agent/nodeport/ports.ts';
import type { Process } from '../process.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { WatchedNode } from './node.ts';
import { netId } from './site.ts';

/** How long the router's silence is waited for, in ms. */
const gatewayWaitMs = 1_000;

/** The watcher's side of a simulated node. */
export function simulatedWatchNode(node: WatchedNode, process: Process, time: VirtualTime): WatchNode {
  const { network, plan, region } = node.stage;
  let hasBeenHeard = false;
  const hears = (address: string) =>
    node.reachesGateway &&
    (!plan.network.hasDeafGateway ||
      node.place.link.addresses.some(
        (each) =>
          isIpv6(each.address) === isIpv6(address) &&
          region.world.dataPath.deliveredTo({ subnetId: netId, address: each.address }) ===
            node.place.link.eniId,
      ));
  return {
    probe({ address, port, intervalMs }, tell, signal) {
      const kinds: Probe['kind'][] = port === undefined ? ['icmp'] : ['icmp', 'tcp'];
      const heard = new Map(kinds.map((kind) => [kind, node.hearing(address, kind)]));
      let unanswered: Probe['kind'][] = [];
      const round = () => {
        if (signal.aborted || process.isKilled) {
          return;
        }
        for (const kind of unanswered) {
          heard.get(kind)?.(false);
          tell({ kind, answered: false });
        }
        if (signal.aborted) {
          return;
        }
        unanswered = kinds.filter((kind) => !network.answers(node, address, kind));
        for (const kind of kinds.filter((each) => !unanswered.includes(each))) {
          heard.get(kind)?.(true);
          tell({ kind, answered: true });
        }
        time.at(time.now() + intervalMs, round);
      };
      time.at(time.now() + 1, round);
    },
    hasCarrier: () => process.alive(async () => node.hasCarrier),
    gatewayAnswers: (_link, address, signal, role) =>
      process.alive(async () => {
        const answers = !plan.network.hasMuteGateway && hears(address);
        await time.sleep(answers ? 1 : gatewayWaitMs, signal);
        if (role === 'candidate') {
          return answers;
        }
        hasBeenHeard ||= answers;
        return answers || !hasBeenHeard;
      }),
    isServing: (_port, signal) =>
      process.alive(async () => {
        signal.throwIfAborted();
        return node.isServing;
      }),
    isDraining: () => node.isDraining,
    announce: () => process.alive(async () => undefined),
  };
}
