import t from 'tap';
import { type GatedUnits, readGatedUnits } from '../../../agent/host/units.ts';

const kubelet =
  'Id=kubelet.service\nExecMainStartTimestampMonotonic=0\nAssertResult=no\nAssertTimestampMonotonic=0';
const nodeadm = kubelet.replace('kubelet', 'nodeadm-run');
const nothing: GatedUnits = { kubeletHasStarted: false, kubeletIsQueued: false, turnedAway: undefined };

const cases: [string, string, Partial<GatedUnits>][] = [
  ['before anything has started', `${kubelet}\n\n${nodeadm}`, {}],
  ['systemd does not answer', '', {}],
  [
    'kubelet has run',
    `${kubelet.replace('Monotonic=0', 'Monotonic=17')}\n\n${nodeadm}`,
    { kubeletHasStarted: true },
  ],
  ['kubelet is being started', `Job=312\n${kubelet}\n\n${nodeadm}`, { kubeletIsQueued: true }],
  ['nodeadm-run is being started', `${kubelet}\n\n${nodeadm}\nJob=7`, {}],
  [
    'nodeadm-run met a closed gate',
    `${kubelet}\n\n${nodeadm.replace('AssertTimestampMonotonic=0', 'AssertTimestampMonotonic=99')}`,
    { turnedAway: 'nodeadm-run' },
  ],
  [
    'kubelet met a closed gate',
    `${kubelet.replace('AssertTimestampMonotonic=0', 'AssertTimestampMonotonic=99')}\n\n${nodeadm}`,
    { turnedAway: 'kubelet' },
  ],
  [
    'both met a closed gate',
    `${kubelet}\n\n${nodeadm}`.replaceAll('AssertTimestampMonotonic=0', 'AssertTimestampMonotonic=99'),
    { turnedAway: 'nodeadm-run' },
  ],
  [
    'nodeadm-run met an open gate',
    `${kubelet}\n\n${nodeadm.replace('AssertResult=no', 'AssertResult=yes').replace('AssertTimestampMonotonic=0', 'AssertTimestampMonotonic=99')}`,
    {},
  ],
];

for (const [what, shown, expected] of cases) {
  t.test(what, async (t) => {
    t.same(readGatedUnits(shown), { ...nothing, ...expected });
  });
}
