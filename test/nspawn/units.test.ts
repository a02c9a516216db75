/** What systemd itself says of our units. */
import t from 'tap';
import { boot } from './bench.ts';
import { enterBench } from './enter.ts';

await enterBench(import.meta.url);

const services = [
  'multus-bootstrap.service',
  'multus-bootstrap-nodeport.service',
  'multus-bootstrap-sweep.service',
];
const units = [
  ...services,
  'multus-bootstrap-sweep.timer',
  'nodeadm-config.service',
  'nodeadm-run.service',
  'kubelet.service',
];

t.test('units', async (t) => {
  const bench = await boot(t, {});
  for (const unit of units) {
    const { exitCode, output } = await bench.run('systemd-analyze', 'verify', '--man=no', unit);
    t.equal(exitCode, 0, `systemd-analyze verify ${unit}`);
    t.equal(output, '', 'without a warning');
  }
  for (const service of services) {
    const { exitCode, output } = await bench.run(
      'systemd-analyze',
      'security',
      '--offline=yes',
      '--threshold=30',
      '--no-pager',
      service,
    );
    t.equal(exitCode, 0, `systemd-analyze security ${service}: at most 3.0`);
    t.comment(output.trimEnd().split('\n').at(-1));
  }
});
