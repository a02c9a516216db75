import { access } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { closeGate, gateIsOpen, openGate } from '../../../agent/host/gate.ts';

t.test('the gate opens, stays open, and closes', async (t) => {
  const root = t.testdir({});
  t.equal(await gateIsOpen(root), false);
  await closeGate(root);
  await openGate(root, 'i-1');
  await openGate(root, 'i-1');
  await t.resolves(access(join(root, 'run/multus-bootstrap/go')), 'where the units look for it');
  t.equal(await gateIsOpen(root), true);
  await closeGate(root);
  t.equal(await gateIsOpen(root), false);
});

t.test('a gate that cannot be opened is a failure that names it', async (t) => {
  await t.rejects(openGate(t.testdir({ run: 'a file' }), 'i-1'), {
    exitCode: 9,
    message: /could not write .*run\/multus-bootstrap\/go: E/,
  });
});
