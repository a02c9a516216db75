import type { TestNode } from '../netns/simulated-node.ts';
import { subnets } from '../netns/simulated-node.ts';
import { always, eth1 } from '../netns/trouble.ts';
import type { Bench } from './bench.ts';

/** What befalls the agent's first run. */
export interface Trouble {
  /** The spec of our document, but its failurePolicy; undefined: none. */
  spec: object | undefined;
  /** Of the first run; undefined where a signal ends it. */
  exitCode: number | undefined;
  /** What the failurePolicy decides: only where the run came as far as to fail. */
  policyDecides: boolean;
  /** The reason, as the journal must tell it; status and console too, where the agent itself could tell. */
  why: string;
  isTold: boolean;
  files?: Readonly<Record<string, string>>;
  /** Before the machine boots; answers what makes an end of it. */
  arrange?: (node: TestNode, bench: () => Bench) => Mend;
}

export type Mend = (bench: Bench) => Promise<void>;

const spec = eth1({}, '1m');
/** Long enough for a run that nothing disturbs. */
const soonOver = eth1({}, '8s');

/** All but what nodeadm itself asks for. */
const agentsCalls = [
  'DescribeSubnets',
  'DescribeNetworkInterfaces',
  'DescribeInstanceTypes',
  'GetSubnetCidrReservations',
  'CreateNetworkInterface',
];

const atFirstRequest =
  "import { subscribe } from 'node:diagnostics_channel';\n" +
  "subscribe('http.client.request.start', () => { throw new Error('nobody thought of this'); });\n";

export const troubles = {
  success: { spec, exitCode: 0, policyDecides: false, why: 'ready in ', isTold: true },
  'no configuration': {
    spec: undefined,
    exitCode: 0,
    policyDecides: false,
    why: 'no configuration, neither in the user data nor in /etc/multus-bootstrap/config.d: nothing to do',
    isTold: true,
  },
  'denied permission': {
    spec,
    exitCode: 4,
    policyDecides: true,
    why: 'is not authorized to perform: ec2:CreateNetworkInterface',
    isTold: true,
    arrange({ simulator }) {
      simulator.permissions.deny('CreateNetworkInterface');
      return async () => simulator.permissions.allow('CreateNetworkInterface');
    },
  },
  'full subnet': {
    spec: eth1({ ipv4: { within: ['10.0.4.4/32'] } }, '1m'),
    exitCode: 5,
    policyDecides: true,
    why: 'held by ENIs',
    isTold: true,
    arrange({ simulator: { world } }) {
      const { id } = world.addEni({ subnetId: subnets.a, address: '10.0.4.4' });
      return async () => world.deleteEni(id);
    },
  },
  'hung EC2': {
    spec: soonOver,
    exitCode: 7,
    policyDecides: true,
    why: 'the deadline passed before EC2 answered',
    isTold: true,
    arrange({ simulator: { faults } }) {
      let isHung = true;
      for (const action of agentsCalls) {
        faults.add({ action, times: always, match: () => isHung, kind: 'hang' });
      }
      return async () => {
        isHung = false;
      };
    },
  },
  deadline: {
    spec: soonOver,
    exitCode: 7,
    policyDecides: true,
    why: 'Request limit exceeded',
    isTold: true,
    arrange({ simulator: { faults } }) {
      let isThrottling = true;
      const error = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
      faults.add({
        action: 'CreateNetworkInterface',
        times: always,
        match: () => isThrottling,
        kind: { error },
      });
      return async () => {
        isThrottling = false;
      };
    },
  },
  crash: {
    spec,
    exitCode: 1,
    policyDecides: false,
    why: 'Error: nobody thought of this',
    isTold: false,
    files: {
      '/etc/crash.mjs': atFirstRequest,
      '/etc/systemd/system/multus-bootstrap.service.d/60-crash.conf':
        '[Service]\nEnvironmentFile=-/etc/multus-bootstrap/crash\n',
      '/etc/multus-bootstrap/crash': 'NODE_OPTIONS=--import=/etc/crash.mjs\n',
    },
    arrange: () => (bench) => bench.write('/etc/multus-bootstrap/crash', ''),
  },
  kill: {
    spec,
    exitCode: undefined,
    policyDecides: false,
    why: 'Main process exited, code=killed, status=9/KILL',
    isTold: false,
    arrange(node, bench) {
      node.hooks.beforeCall = async ({ action }) => {
        if (action === 'AttachNetworkInterface') {
          delete node.hooks.beforeCall;
          await bench().run('systemctl', 'kill', '--signal=KILL', '--kill-whom=main', 'multus-bootstrap');
        }
      };
      return async () => undefined;
    },
  },
} as const satisfies Record<string, Trouble>;

export type TroubleName = keyof typeof troubles;
