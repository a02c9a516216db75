/** Lists of NodePort addresses of which each node has one. */
import t from 'tap';
import { configOf, entry, NodePortScene } from './node-port-scene.ts';

const list = ['10.0.5.10', '10.0.5.11', '10.0.5.12'];

t.test('the one that EC2 gave a run that was killed is kept, after another that it refused', async (t) => {
  for (const behindMs of [0, 5_000]) {
    const scene = new NodePortScene(behindMs);
    const { region, time } = scene;
    let assigns = 0;
    region.trouble = ({ action }) => {
      assigns += action.startsWith('Assign') ? 1 : 0;
      return action.startsWith('Assign') && assigns === 1
        ? { error: { code: 'InvalidParameterValue', message: '[] assigned, but move is not allowed.' } }
        : undefined;
    };
    const work = async () => {
      const node = await scene.launch(configOf([scene.created('eth1')], [entry('eth1', 'PerNode', ...list)]));
      const killed = new Promise<void>((resolve) => {
        region.onCall = ({ call: { action }, code }) => {
          if (action.startsWith('Assign') && code === undefined) {
            region.onCall = () => undefined;
            node.kill();
            resolve();
          }
        };
      });
      void node.run();
      await killed;
      const { eth1: given } = scene.held(node);
      t.equal(await scene.run(node), 0);
      t.strictSame(scene.held(node), { primary: '', eth1: given });
    };
    await time.run(work());
  }
});
