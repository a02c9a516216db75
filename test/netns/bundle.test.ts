import { execa } from 'execa';
import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { startNode } from './simulated-node.ts';

await enterNamespace(import.meta.url);

t.test('the bundle brings a node up, and, compiled as at an installation, finds it up', async (t) => {
  const node = await startNode();
  t.teardown(() => node.close());
  await execa('npm', ['run', 'build']);
  const run = () =>
    execa(process.execPath, ['dist/multus-bootstrap.mjs', '--root', node.root, 'run'], {
      env: node.simulator.environment(node.node),
    });

  const { stderr: first } = await run();
  t.match(first, /ready in .*: 2 interfaces/);
  t.strictSame(
    node.enis().map(({ addresses }) => addresses),
    [['10.0.4.4'], ['10.0.5.4']],
  );
  await execa(process.execPath, ['compile.mjs', 'multus-bootstrap.mjs', 'multus-bootstrap.code'], {
    cwd: 'dist',
  });
  const { stderr: second } = await run();
  t.match(second, /everything is in place/);
});
