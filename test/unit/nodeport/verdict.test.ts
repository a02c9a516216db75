/** What probes say of a holder. */
import t from 'tap';
import type { ProbeState } from '../../../agent/nodeport/state.ts';
import { counted, unheard, verdictOf } from '../../../agent/nodeport/verdict.ts';

const icmp = (misses: number, everAnswered = true): ProbeState => ({ kind: 'icmp', everAnswered, misses });
const tcp = (misses: number, everAnswered = true): ProbeState => ({ kind: 'tcp', everAnswered, misses });

const rows: [string, ProbeState[], 'node' | 'service' | undefined][] = [
  ['no probe has ended yet', [], undefined],
  ['it answers', [icmp(0)], undefined],
  ['three misses are a lossy network', [icmp(3)], undefined],
  ['four in a row are a dead node', [icmp(4)], 'node'],
  ['who has never answered may not be allowed to', [icmp(400, false)], undefined],
  ['nor is the service known that has never answered', [icmp(0), tcp(400, false)], undefined],
  ['ICMP alone tells of the node where TCP has never answered', [icmp(4), tcp(400, false)], 'node'],
  ['the node answers, its service does not any more', [icmp(0), tcp(4)], 'service'],
  ['the same where ICMP is forbidden', [icmp(400, false), tcp(4)], 'service'],
  ['neither answers', [icmp(5), tcp(4)], 'node'],
  ['the service answers, and so the node lives', [icmp(40), tcp(0)], undefined],
];

for (const [name, states, verdict] of rows) {
  t.test(name, async (t) => t.equal(verdictOf(states), verdict));
}

const unheardRows: [string, ProbeState[], number | undefined, RegExp | undefined][] = [
  ['it answers', [icmp(0)], undefined, undefined],
  ['who has answered once', [icmp(40)], undefined, undefined],
  ['too early to tell', [icmp(29, false)], undefined, undefined],
  [
    'ICMP is forbidden',
    [icmp(30, false)],
    undefined,
    /10\.0\.0\.7, has never answered a probe.*allow ICMP echo between/,
  ],
  ['ICMP is, the service answers', [icmp(30, false), tcp(0)], 30080, undefined],
  [
    'the port is wrong',
    [icmp(0), tcp(30, false)],
    30080,
    /never answered at TCP port 30080.*correct probePort/,
  ],
  [
    'neither is allowed',
    [icmp(31, false), tcp(30, false)],
    30080,
    /allow ICMP echo or TCP port 30080 between/,
  ],
];
for (const [name, states, probePort, said] of unheardRows) {
  t.test(`what probes would not notice: ${name}`, async (t) => {
    const words = unheard(states, '10.0.0.7', probePort);
    return said === undefined ? t.equal(words, undefined) : t.match(words, said);
  });
}

t.test('an answer ends a row of misses, and is kept in mind', async (t) => {
  const probes = [false, false, true, false].map((answered) => ({ kind: 'icmp' as const, answered }));
  t.strictSame(probes.reduce(counted, []), [{ kind: 'icmp', everAnswered: true, misses: 1 }]);
  t.strictSame(
    [...probes, { kind: 'tcp' as const, answered: false }].reduce(counted, []),
    [
      { kind: 'icmp', everAnswered: true, misses: 1 },
      { kind: 'tcp', everAnswered: false, misses: 1 },
    ],
    'each kind by itself',
  );
});
