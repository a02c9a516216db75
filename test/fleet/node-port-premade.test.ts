/** NodePort addresses on ENIs that were made beforehand, and go from node to node. */
import t from 'tap';
import type { NodePortConfig } from '../../agent/config/model.ts';
import { recordingLog } from '../recording-log.ts';
import { unassignAddresses } from '../simulator/model/addresses.ts';
import { detachEni } from '../simulator/model/attachments.ts';
import { configOf, entry, existing, NodePortScene } from './node-port-scene.ts';

const x = '10.0.5.10';
const y = '10.0.5.11';
const w = '10.0.5.12';
const z = '10.0.5.13';
const floating = configOf([existing('eth1')], [entry('eth1', 'Floating', x, y, w)]);

for (const mode of ['Floating', 'PerNode'] as const) {
  for (const behindMs of [0, 500, 1_000, 2_000]) {
    t.test(`${mode}: an ENI is handed back clean, listings ${behindMs} ms behind`, async (t) => {
      const scene = new NodePortScene(behindMs);
      const { region, time } = scene;
      const premade = scene.premade('10.0.5.1');
      region.trouble = ({ action }) =>
        action === 'ModifyNetworkInterfaceAttribute'
          ? { error: { code: 'UnauthorizedOperation', message: 'You are not authorized.', status: 403 } }
          : undefined;
      const work = async () => {
        const eth1 = { ...existing('eth1'), sourceDestCheck: false };
        const node = await scene.launch(configOf([eth1], [entry('eth1', mode, x)]));
        t.equal(await scene.run(node), 4);
        t.strictSame(scene.held(node), { primary: '' });
        t.equal(scene.holds(premade), '');
        t.strictSame(node.machine.nodePort.claims, []);
      };
      await time.run(work());
    });
  }
}

/** Of an ENI that has x, y and w, and the tag that names them, from a node that is gone: what the next node has there. */
const successors: Record<string, [NodePortConfig[], string, type?: string]> = {
  'none of them': [[], ''],
  'one of a list': [[entry('eth1', 'PerNode', y, z, x)], y],
  'one of another list': [[entry('eth1', 'PerNode', z)], z],
  'one of another list, where so many have no room': [[entry('eth1', 'PerNode', z)], z, 't3.small'],
  'another floating one': [[entry('eth1', 'Floating', z)], `${z} (${z})`],
  'one of them': [[entry('eth1', 'Floating', y)], `${y} (${y})`],
  'one as floating, the other of a list': [
    [entry('eth1', 'Floating', x), entry('eth1', 'PerNode', z, y)],
    `${x} ${y} (${x})`,
  ],
};

for (const [what, [entries, held, type]] of Object.entries(successors)) {
  for (const behindMs of [0, 2_000]) {
    t.test(`a claimed ENI has kept floating addresses, and is to have ${what}, ${behindMs} ms`, async (t) => {
      const scene = new NodePortScene(behindMs);
      const premade = scene.premade('10.0.5.1');
      const work = async () => {
        const last = await scene.launch(floating);
        t.equal(await scene.run(last), 0);
        t.equal(scene.holds(premade), `${x} ${y} ${w} (${x} ${y} ${w})`);
        await scene.end(last);
        const node = await scene.launch(configOf([existing('eth1')], entries), type);
        t.equal(await scene.run(node), 0);
        t.strictSame(scene.held(node), { primary: '', eth1: held });
        const claims = node.machine.nodePort.claims.map(({ address }) => address);
        t.ok(
          claims.every((address) => held.includes(address)),
          'nothing more is noted',
        );
      };
      await scene.time.run(work());
    });
  }
}

t.test('of a list one is kept, without any tag too; what nothing names stays', async (t) => {
  const scene = new NodePortScene(0);
  const secondary = [z, y, x];
  scene.region.world.addEni({
    subnetId: scene.subnet,
    address: '10.0.5.1',
    secondary,
    tags: { multus: 'true' },
  });
  const work = async () => {
    const node = await scene.launch(configOf([existing('eth1')], [entry('eth1', 'PerNode', x, y)]));
    t.equal(await scene.run(node), 0);
    t.strictSame(scene.held(node), { primary: '', eth1: `${x} ${z}` });
  };
  await scene.time.run(work());
});

t.test('a node waits for an ENI in a subnet of its addresses', async (t) => {
  const rows = [
    { what: 'it comes', endsMs: 30_000, exitCode: 0 },
    { what: 'it does not', endsMs: undefined, exitCode: 5 },
  ];
  for (const { what, endsMs, exitCode } of rows) {
    const scene = new NodePortScene(0);
    scene.premade('10.0.5.1');
    const config = configOf([existing('eth1', 120_000)], [entry('eth1', 'PerNode', x, y)]);
    const work = async () => {
      const last = await scene.launch(config);
      t.equal(await scene.run(last), 0);
      scene.premade('10.0.8.10', scene.other);
      const node = await scene.launch(config);
      if (endsMs !== undefined) {
        scene.time.at(scene.time.now() + endsMs, () => scene.region.world.terminate(last.instanceId));
      }
      t.equal(await scene.run(node), exitCode, what);
      t.match(
        scene.said,
        exitCode === 0 ? '' : `, and 1 in ${scene.other}, where none of its NodePort addresses is`,
      );
      t.strictSame(scene.held(node), { primary: '', ...(exitCode === 0 && { eth1: x }) });
    };
    await scene.time.run(work());
  }
});

t.test('a node that waited for its ENI does not count on what that held before', async (t) => {
  const scene = new NodePortScene(0);
  const { region, time } = scene;
  const premade = scene.premade('10.0.5.1');
  const list = entry('eth1', 'PerNode', x, y);
  const work = async () => {
    const last = await scene.launch(configOf([existing('eth1')], [list]));
    t.equal(await scene.run(last), 0);
    t.equal(scene.holds(premade), x);
    // In the same subnet another interface's ENI is created: all of it is listed as the run begins.
    const node = await scene.launch(configOf([existing('eth1', 120_000), scene.created('eth2')], [list]));
    time.at(time.now() + 30_000, () => {
      const { world } = region;
      const eni = unassignAddresses(world, world.store.eni(premade), [x], []);
      world.store.setEni(eni);
      detachEni(world, eni.attachment?.id ?? '');
    });
    t.equal(await scene.run(node), 0);
    t.strictSame(scene.held(node), { primary: '', eth1: x, eth2: '' });
  };
  await time.run(work());
});

t.test('in which subnet its ENI is comes out as it is claimed, and what was forgotten there', async (t) => {
  const scene = new NodePortScene(0);
  scene.premade('10.0.5.1');
  const { log, warnings } = recordingLog();
  const entries = [entry('eth1', 'PerNode', x), entry('eth1', 'Floating', '10.0.8.200')];
  const work = async () => {
    const node = await scene.launch(configOf([existing('eth1')], entries), 'm5.xlarge', log);
    t.equal(await scene.run(node), 0);
    t.strictSame(scene.held(node), { primary: '', eth1: x });
  };
  await scene.time.run(work());
  t.match(warnings, [
    /^eth1: it gets no Floating address: .*10\.0\.8\.200.* is inside .*10\.0\.4\.0\/23.*: add/,
  ]);
  t.equal(warnings.length, 1);
});

t.test('a run that is killed leaves the rest of it to the next', async (t) => {
  for (let calls = 1, isDone = false; !isDone; calls += 1) {
    const scene = new NodePortScene(1_000);
    const premade = scene.premade('10.0.5.1');
    const work = async () => {
      const last = await scene.launch(floating);
      await scene.run(last);
      await scene.end(last);
      const node = await scene.launch(configOf([existing('eth1')], [entry('eth1', 'PerNode', y, x)]));
      let left = calls;
      scene.region.onCall = () => {
        left -= 1;
        if (left === 0) {
          node.kill();
        }
      };
      await Promise.race([scene.run(node), scene.time.sleep(120_000)]);
      isDone = left > 0;
      scene.region.onCall = () => undefined;
      t.equal(await scene.run(node), 0);
      t.equal(scene.holds(premade), y, `after ${calls} calls`);
    };
    await scene.time.run(work());
  }
});

t.test('nodes of two groups, and their common ENIs', async (t) => {
  const scene = new NodePortScene(0);
  scene.premade('10.0.5.1');
  const work = async () => {
    const last = await scene.launch(floating);
    await scene.run(last);
    await scene.end(last);
    const other = await scene.launch(configOf([existing('eth1')], []));
    t.equal(await scene.run(other), 0);
    scene.premade('10.0.5.2');
    const replacement = await scene.launch(floating);
    t.equal(await scene.run(replacement), 0);
    t.strictSame(scene.held(replacement), { primary: '', eth1: `${x} ${y} ${w} (${x} ${y} ${w})` });
  };
  await scene.time.run(work());
});
