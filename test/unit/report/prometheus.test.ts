/** Prometheus's text format 0.0.4, as its documentation has it. */
import t from 'tap';
import { exposition } from '../../../agent/report/prometheus.ts';

t.test('help, type and samples, each on its line, the last one too', async (t) => {
  const text = exposition([
    {
      name: 'moves_total',
      type: 'counter',
      help: 'Moves',
      samples: [
        { labels: { address: '10.0.4.201', how: 'taken over' }, value: 2 },
        { labels: {}, value: 1.5 },
      ],
    },
    { name: 'up', type: 'gauge', help: 'Up', samples: [{ labels: { reason: undefined }, value: 0 }] },
  ]);
  t.equal(
    text,
    [
      '# HELP moves_total Moves',
      '# TYPE moves_total counter',
      'moves_total{address="10.0.4.201",how="taken over"} 2',
      'moves_total 1.5',
      '# HELP up Up',
      '# TYPE up gauge',
      'up 0',
      '',
    ].join('\n'),
  );
});

t.test('what would end a line or a label early is escaped', async (t) => {
  const text = exposition([
    {
      name: 'held',
      type: 'gauge',
      help: 'a "quote", a \\ and\na line',
      samples: [{ labels: { reason: 'a "quote", a \\ and\na line' }, value: 1 }],
    },
  ]);
  t.equal(
    text,
    [
      '# HELP held a "quote", a \\\\ and\\na line',
      '# TYPE held gauge',
      'held{reason="a \\"quote\\", a \\\\ and\\na line"} 1',
      '',
    ].join('\n'),
  );
});

t.test('a metric without samples is not told of', async (t) => {
  t.equal(exposition([{ name: 'none', type: 'gauge', help: 'None', samples: [] }]), '');
});
