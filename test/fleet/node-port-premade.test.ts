/** NodePort addresses on ENIs that were made beforehand, and go from node to node. */
import t from 'tap';
import { configOf, entry, existing, NodePortScene } from './node-port-scene.ts';

const x = '10.0.5.10';

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
