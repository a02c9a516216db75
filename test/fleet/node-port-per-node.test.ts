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

t.test('nothing is created where none is left', async (t) => {
  const scene = new NodePortScene(0);
  const { region, time } = scene;
  const config = configOf([scene.created('eth1')], [entry('eth1', 'PerNode', '10.0.5.10')]);
  const work = async () => {
    const first = await scene.launch(config);
    t.equal(await scene.run(first), 0);
    const second = await scene.launch(config);
    const writes: string[] = [];
    region.onCall = ({ call: { action } }) => {
      writes.push(...(/^(Describe|Get)/.test(action) ? [] : [action]));
    };
    t.equal(await scene.run(second), 5);
    t.match(scene.said, /^eth1: no NodePort address is left of 1 \(10\.0\.5\.10: held by eni-/);
    t.strictSame(writes, []);
    region.world.terminate(first.instanceId);
    t.equal(await scene.run(second), 0);
    t.strictSame(scene.held(second), { primary: '', eth1: '10.0.5.10' });
  };
  await time.run(work());
});
