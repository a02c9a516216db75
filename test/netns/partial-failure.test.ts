import t from 'tap';
import { flagsOf, taint } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import { subnets, twoInterfaces } from './simulated-node.ts';
import { nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

const throttle = {
  error: { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 },
};

t.test('one interface of two fails: what the other has yet to get is waited for', async (t) => {
  const node = await nodeFor(t, { userData: { timeout: '10s', ...twoInterfaces } });
  node.simulator.faults.add({
    action: 'CreateNetworkInterface',
    match: (params) => JSON.stringify(params).includes(subnets.b),
    kind: { error: { code: 'InsufficientFreeAddressesInSubnet', message: 'Not enough free addresses.' } },
  });
  node.simulator.faults.add({ action: 'ModifyNetworkInterfaceAttribute', kind: throttle, times: 2 });
  t.equal((await node.run(['run'])).exitCode, 5);
  t.match(node.enis(), [{ attachment: { deleteOnTermination: true } }]);
});

t.test('one interface of two fails: labels that need the other are there, `ready` is not', async (t) => {
  const node = await nodeFor(t, {
    userData: {
      timeout: '4s',
      failurePolicy: 'Taint',
      ...twoInterfaces,
      kubelet: { labels: { first: '${eth1.address}', second: '${eth2.address}' } },
    },
  });
  node.simulator.faults.add({
    action: 'CreateNetworkInterface',
    match: (params) => JSON.stringify(params).includes(subnets.b),
    kind: throttle,
    times: Number.POSITIVE_INFINITY,
  });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 7, journal);
  t.same(await flagsOf(node), ['--node-labels=first=10.0.4.4', taint]);
});
