import type { Eni } from '../../../agent/claim/facts.ts';
import { systemClock } from '../../../agent/clock.ts';
import { claimEni } from '../../../agent/commands/run/claim-eni.ts';
import { createClaims } from '../../../agent/commands/run/claims.ts';
import type { RunContext } from '../../../agent/commands/run/context.ts';
import { observe } from '../../../agent/commands/run/observe.ts';
import type { NodeConfig } from '../../../agent/config/model.ts';
import { createEc2 } from '../../../agent/ec2/ec2.ts';
import type { Host, Intent } from '../../../agent/host/port.ts';
import { createImds } from '../../../agent/imds/imds.ts';
import { makePlan } from '../../../agent/plan/plan.ts';
import { NodePortDisk } from '../../fleet/node-port-disk.ts';
import { recordingLog } from '../../recording-log.ts';
import type { NodeRequest, Simulator } from '../../simulator/simulator.ts';

export interface Claimer {
  instanceId: string;
  /** Observes and plans, as a run does; the answer claims for all interfaces at once. */
  look: () => Promise<() => Promise<Eni[]>>;
}

/** An instance on which the agent's own code claims addresses, by real calls to the simulated EC2. */
export async function launchClaimer(
  simulator: Simulator,
  request: NodeRequest,
  config: NodeConfig,
): Promise<Claimer> {
  const { imdsUrl, instanceId } = await simulator.launch(request);
  const signal = AbortSignal.timeout(60_000);
  const common = { clock: systemClock, random: Math.random, log: recordingLog().log };
  const imds = createImds({ endpoint: imdsUrl, ...common });
  const instance = await imds.identity(signal);
  const env = { AWS_ENDPOINT_URL_EC2: simulator.ec2Url };
  const ec2 = createEc2({ region: instance.region, env, proxyEnv: {}, imds, ...common });
  const context: RunContext = {
    ...common,
    wallClock: Date.now,
    ec2,
    host: hostOfIntents(),
    config,
    instance,
    signal,
    claims: createClaims(),
    kubeletHasRun: async () => false,
  };
  return {
    instanceId,
    async look() {
      const { seen } = await observe(context);
      const plan = makePlan(config, seen);
      const created = plan.interfaces.flatMap(({ source }) => (source.kind === 'create' ? [source] : []));
      return () => Promise.all(created.map((each) => claimEni(context, each)));
    },
  };
}

/** Of a host, what a claim needs: a disk for its intents. */
function hostOfIntents(): Host {
  const intents = new Map<string, Intent>();
  const notNeeded = () => {
    throw new Error('a claim touches no link');
  };
  return {
    checkMayChangeLinks: notNeeded,
    links: async () => [],
    readIntents: async () => [...intents.values()].map((intent) => ({ ...intent, ageMs: 0 })),
    writeIntent: async (intent) => void intents.set(intent.interface, intent),
    removeIntent: async (name) => void intents.delete(name),
    removeForeignFiles: notNeeded,
    writeLinkFiles: notNeeded,
    removeLinkFiles: notNeeded,
    waitForDevice: notNeeded,
    configureLinks: notNeeded,
    checkNft: notNeeded,
    configureNodePort: notNeeded,
    followLinkUps: notNeeded,
    nodePortFiles: new NodePortDisk().files(notNeeded),
  };
}
