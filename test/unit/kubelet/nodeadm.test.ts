import t from 'tap';
import { ExitCode } from '../../../agent/failure.ts';
import { findNodeadm } from '../../../agent/kubelet/nodeadm.ts';

t.test('an image whose nodeadm reads drop-ins', async (t) => {
  await t.resolves(findNodeadm(t.testdir({ etc: { eks: { 'nodeadm.d': {} } } })));
});

t.test('other images', async (t) => {
  const cases: [string, Parameters<typeof t.testdir>[0], RegExp][] = [
    ['no folder', {}, /nodeadm\.d is missing: .*AL2023 AMI of v20251023 or later/],
    ['a file in its place', { etc: { eks: { 'nodeadm.d': '' } } }, /nodeadm\.d is not a folder: .*v20251023/],
    ['a file on the way', { etc: { eks: '' } }, /could not write to .*nodeadm\.d: ENOTDIR/],
  ];
  for (const [title, files, message] of cases) {
    await t.rejects(findNodeadm(t.testdir(files)), { exitCode: ExitCode.host, message }, title);
  }
});
