/** When a run stops the watcher of the setup before it. */
import t from 'tap';
import { hasUnwantedFloating } from '../../../agent/commands/run/node-port/watcher.ts';
import type { NodePortConfig } from '../../../agent/config/model.ts';
import type { NodePortSetup } from '../../../agent/nodeport/setup.ts';

const link = {
  name: 'eth1',
  mac: '02:00:00:00:00:01',
  eniId: 'eni-1',
  subnetId: 'subnet-1',
  cidrs: ['10.0.4.0/24'],
  isPrimary: false,
};
const before = (isPrimary = false): NodePortSetup => ({
  instanceId: 'i-1',
  metricsPort: undefined,
  links: [
    {
      ...link,
      isPrimary,
      addresses: [
        { address: '10.0.4.201', mode: 'Floating', probePort: undefined },
        { address: '10.0.4.211', mode: 'PerNode', probePort: undefined },
      ],
    },
  ],
});
const entry = (part: Partial<NodePortConfig> = {}): NodePortConfig => ({
  addresses: ['10.0.4.201'],
  interface: 'eth1',
  mode: 'Floating',
  probePort: undefined,
  primaryIsUnmanaged: false,
  ...part,
});

const rows: [string, NodePortSetup, NodePortConfig[], boolean][] = [
  ['nothing has changed', before(), [entry()], false],
  ['one has come', before(), [entry({ addresses: ['10.0.4.202', '10.0.4.201'] })], false],
  ['it is gone', before(), [entry({ addresses: ['10.0.4.202'] })], true],
  ['it is PerNode now', before(), [entry({ mode: 'PerNode' })], true],
  ['it is another interface’s', before(), [entry({ interface: 'eth2' })], true],
  [
    'a primary link by another name',
    before(true),
    [entry({ interface: 'primary', primaryIsUnmanaged: true })],
    false,
  ],
  ['none at all', before(), [], true],
];
for (const [name, setup, wanted, isUnwanted] of rows) {
  t.test(name, async (t) => t.equal(hasUnwantedFloating(setup, wanted), isUnwanted));
}
