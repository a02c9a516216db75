/** Answers that are lost, late or behind the truth. */
import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { twoInterfaces } from './simulated-node.ts';
import { eth1, nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

const writes = ['CreateNetworkInterface', 'AttachNetworkInterface', 'ModifyNetworkInterfaceAttribute'];

t.test('an answer that is lost after the effect, or a call before it', async (t) => {
  for (const kind of ['lostAnswer', 'reset'] as const) {
    for (const consistencyMs of [0, 1500]) {
      await t.test(`${kind}, and listings ${consistencyMs} ms behind`, async (t) => {
        const node = await nodeFor(t, {
          userData: eth1({ sourceDestCheck: false }),
          simulator: { consistencyMs },
        });
        for (const action of writes) {
          node.simulator.faults.add({ action, kind });
        }
        const { interfaces } = await succeeds(t, node);
        t.match(
          interfaces,
          [{ address: '10.0.4.4', deviceIndex: 1 }],
          'the first free address, claimed once',
        );
        t.match(node.enis(), [{ sourceDestCheck: false }]);
      });
    }
  }
});

t.test('an ENI that is invisible for 5 s after its create', async (t) => {
  const node = await nodeFor(t, {
    userData: { ...twoInterfaces, timeout: '30s' },
    simulator: { consistencyMs: 5000 },
  });
  t.match((await succeeds(t, node)).interfaces, [{ address: '10.0.4.4' }, { address: '10.0.5.4' }]);
});

t.test('an instance that is still pending', async (t) => {
  const node = await nodeFor(t, { userData: eth1(), state: 'pending', simulator: { pendingMs: 2000 } });
  await succeeds(t, node);
});
