/** NodePort addresses whose entry names another interface than at the run before. */
import t from 'tap';
import type { NodePortConfig } from '../../agent/config/model.ts';
import { configOf, entry, existing, NodePortScene } from './node-port-scene.ts';

const x = '10.0.5.10';
const y = '10.0.5.11';

interface Move {
  before: [string[], NodePortConfig[]];
  after: [string[], NodePortConfig[]];
  held: Record<string, string>;
  /** Whether the ENIs were made beforehand. */
  isPremade?: true;
  /** How long EC2 still refuses what was taken off an ENI, in ms. */
  freeMs?: number;
}

const moves: Record<string, Move> = {
  'a PerNode address, between two interfaces': {
    before: [['eth1', 'eth2'], [entry('eth1', 'PerNode', x)]],
    after: [['eth1', 'eth2'], [entry('eth2', 'PerNode', x)]],
    held: { primary: '', eth1: '', eth2: x },
  },
  'the same, where EC2 takes its time': {
    before: [['eth1', 'eth2'], [entry('eth1', 'PerNode', x)]],
    after: [['eth1', 'eth2'], [entry('eth2', 'PerNode', x)]],
    held: { primary: '', eth1: '', eth2: x },
    freeMs: 4_000,
  },
  'a PerNode address, between two whose ENIs were made beforehand': {
    before: [['eth1', 'eth2'], [entry('eth1', 'PerNode', x)]],
    after: [['eth1', 'eth2'], [entry('eth2', 'PerNode', x)]],
    held: { primary: '', eth1: '', eth2: x },
    isPremade: true,
  },
  'a PerNode address, to a new interface': {
    before: [['eth1'], [entry('eth1', 'PerNode', x)]],
    after: [['eth1', 'eth2'], [entry('eth2', 'PerNode', x)]],
    held: { primary: '', eth1: '', eth2: x },
  },
  'a PerNode address, with the interface’s new name': {
    before: [['eth1'], [entry('eth1', 'PerNode', x)]],
    after: [['net1'], [entry('net1', 'PerNode', x)]],
    held: { primary: '', eth1: '', net1: x },
  },
  'a floating address, between two interfaces': {
    before: [['eth1', 'eth2'], [entry('eth1', 'Floating', x, y)]],
    after: [
      ['eth1', 'eth2'],
      [entry('eth1', 'Floating', y), entry('eth2', 'Floating', x)],
    ],
    held: { primary: '', eth1: `${y} (${y})`, eth2: `${x} (${x})` },
  },
  'a floating address, to a new interface': {
    before: [['eth1'], [entry('eth1', 'Floating', x, y)]],
    after: [
      ['eth1', 'eth2'],
      [entry('eth1', 'Floating', y), entry('eth2', 'Floating', x)],
    ],
    held: { primary: '', eth1: `${y} (${y})`, eth2: `${x} (${x})` },
  },
};

for (const [what, { before, after, held, isPremade, freeMs = 0 }] of Object.entries(moves)) {
  for (const behindMs of [0, 2_000]) {
    t.test(`${what}, listings ${behindMs} ms behind`, async (t) => {
      const scene = new NodePortScene(behindMs);
      const { region, time } = scene;
      let freedAt = Number.NEGATIVE_INFINITY;
      region.onCall = ({ call: { action } }) => {
        freedAt = action.startsWith('Unassign') ? time.now() : freedAt;
      };
      region.trouble = ({ action }) =>
        action.startsWith('Assign') && time.now() < freedAt + freeMs
          ? { error: { code: 'InvalidParameterValue', message: `[${x}] assigned, but move is not allowed.` } }
          : undefined;
      const config = ([names, entries]: Move['before']) =>
        configOf(
          names.map((name) => (isPremade ? existing(name) : scene.created(name))),
          entries,
        );
      for (const address of isPremade ? ['10.0.5.1', '10.0.5.2'] : []) {
        scene.premade(address);
      }
      const run = async () => {
        const node = await scene.launch(config(before));
        t.equal(await scene.run(node), 0);
        t.equal(await scene.run(node, config(after)), 0);
        t.strictSame(scene.held(node), held);
      };
      await time.run(run());
    });
  }
}

t.test('the primary ENI, minutes after the launch', async (t) => {
  const scene = new NodePortScene(0);
  const { region, time } = scene;
  const address = '10.0.1.10';
  let tagged = 0;
  region.onCall = ({ call: { action } }) => {
    tagged += action === 'CreateTags' ? 1 : 0;
  };
  const run = async () => {
    const node = await scene.launch(configOf([], [entry('primary', 'Floating', address)]));
    const [{ mac } = { mac: '' }] = region.world.store.attachedEnis(node.instanceId);
    node.machine.devices.set(mac, { mac, name: 'ens5', up: true });
    t.equal(await scene.run(node), 0);
    t.equal(await scene.run(node), 0);
    t.strictSame(scene.held(node), { primary: `${address} (${address})` });
    t.equal(tagged, 1, 'it is tagged once');
    t.equal(await scene.run(node, configOf([], [])), 0);
    t.strictSame(scene.held(node), { primary: '' }, 'and bears no tag for what it does not carry any more');
  };
  await time.run(run());
});
