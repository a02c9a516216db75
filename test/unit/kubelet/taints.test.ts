import t from 'tap';
import { kubeletSettings } from '../../../agent/kubelet/node-config.ts';
import { ourTaint, taintFlag, taintsOfFlags } from '../../../agent/kubelet/taints.ts';

t.test('the taints that kubelet would take from flags', (t) => {
  const cases: [string, string[], string[] | undefined][] = [
    ['no flag', ['--node-labels=a=b'], undefined],
    ['one flag', ['--register-with-taints=a=b:NoSchedule,c:NoExecute'], ['a=b:NoSchedule', 'c:NoExecute']],
    ['flag and value apart', ['--register-with-taints', 'a=b:NoSchedule'], ['a=b:NoSchedule']],
    [
      'the last flag counts',
      ['--register-with-taints=a:NoSchedule', '--register-with-taints=b:NoSchedule'],
      ['b:NoSchedule'],
    ],
    [
      'an empty flag takes the earlier ones away',
      ['--register-with-taints=a:NoSchedule', '--register-with-taints='],
      [],
    ],
    [
      'a quoted value',
      ['--register-with-taints="a=b:NoSchedule,c:NoExecute"'],
      ['a=b:NoSchedule', 'c:NoExecute'],
    ],
    ['a flag that is quoted whole', ["'--register-with-taints=a=b:NoSchedule'"], ['a=b:NoSchedule']],
    ['a quoted value apart', ['--register-with-taints', '"a=b:NoSchedule"'], ['a=b:NoSchedule']],
    ['a flag without its value', ['--register-with-taints'], []],
    ['another flag with the same start', ['--register-with-taints-not=a:NoSchedule'], undefined],
  ];
  for (const [title, flags, taints] of cases) {
    t.strictSame(taintsOfFlags(flags), taints, title);
  }
  t.end();
});

function flagFor(...specs: object[]): string {
  return taintFlag(specs.flatMap((kubelet) => kubeletSettings({ spec: { kubelet } }) ?? []));
}

t.test('one flag carries our taint and all of the user’s', (t) => {
  const karpenter = {
    config: { registerWithTaints: [{ key: 'karpenter.sh/unregistered', effect: 'NoExecute' }] },
  };
  const cases: [string, object[], string[]][] = [
    ['none of the user’s', [], []],
    ['Karpenter’s', [karpenter], ['karpenter.sh/unregistered:NoExecute']],
    ['by flag', [{ flags: ['--register-with-taints=a=b:NoSchedule'] }], ['a=b:NoSchedule']],
    [
      'two flags in one entry',
      [{ flags: ['--v=2 --register-with-taints a=b:NoSchedule'] }],
      ['a=b:NoSchedule'],
    ],
    [
      'by flag and by config',
      [{ flags: ['--register-with-taints=a=b:NoSchedule'] }, karpenter],
      ['a=b:NoSchedule', 'karpenter.sh/unregistered:NoExecute'],
    ],
    [
      'the last source’s config replaces the earlier one’s',
      [karpenter, { config: { registerWithTaints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] } }],
      ['a=b:NoSchedule'],
    ],
    [
      'a source without taints replaces nothing',
      [karpenter, { config: { maxPods: 20 } }],
      ['karpenter.sh/unregistered:NoExecute'],
    ],
    [
      'a key and effect once, whatever its value: a node with two is refused',
      [
        {
          flags: ['--register-with-taints=a=1:NoSchedule'],
          config: { registerWithTaints: [{ key: 'a', value: 2, effect: 'NoSchedule' }] },
        },
      ],
      ['a=1:NoSchedule'],
    ],
    ['ours, set by the user', [{ flags: [`--register-with-taints=${ourTaint}`] }], []],
    [
      'a value that is empty',
      [{ config: { registerWithTaints: [{ key: 'a', value: '', effect: 'NoSchedule' }] } }],
      ['a:NoSchedule'],
    ],
  ];
  for (const [title, specs, theirs] of cases) {
    t.equal(flagFor(...specs), `--register-with-taints=${[ourTaint, ...theirs].join(',')}`, title);
  }
  t.end();
});
