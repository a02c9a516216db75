import { execa } from 'execa';
import { imageTree } from './tree.ts';

const tests = ['test/image/kubelet.test.ts', 'test/image/nodeadm.test.ts'];
const options = { cwd: new URL('../..', import.meta.url), preferLocal: true, stdio: 'inherit' } as const;

await execa('test/image/install.sh', options);
// Before the tests, whose time is bounded: the first time it takes minutes.
console.log('the tree of the test machine:', await imageTree());
const { exitCode } = await execa('tap', ['run', '--disable-coverage', ...tests], {
  ...options,
  reject: false,
});
process.exit(exitCode ?? 1);
