import fc from 'fast-check';
import t from 'tap';
import { ExitCode } from '../../../agent/failure.ts';
import { type MendStep, mend } from '../../../agent/host/mend.ts';
import type { Link, WantedLink } from '../../../agent/host/port.ts';

const mac = (n: number) => `02:00:00:00:00:0${n}`;

function link(name: string, n: number, up = false, alternativeNames: string[] = []): Link {
  return { name, mac: mac(n), up, mtu: 1500, operState: 'down', alternativeNames };
}

function want(name: string, n: number): WantedLink {
  return { name, mac: mac(n), mtu: 1500, eniId: `eni-${n}` };
}

const down = (link: string): MendStep => ({ action: 'down', link });
const dropAlternative = (link: string, name: string): MendStep => ({ action: 'dropAlternative', link, name });
const rename = (link: string, to: string): MendStep => ({ action: 'rename', link, to });

t.test('steps', (t) => {
  const cases: [string, Link[], WantedLink[], MendStep[]][] = [
    ['nothing wanted', [link('ens5', 0)], [], []],
    ['the name is right', [link('eth1', 1, true)], [want('eth1', 1)], []],
    [
      'a link that is up goes down first',
      [link('ens6', 1, true)],
      [want('eth1', 1)],
      [down('ens6'), rename('ens6', 'mb020000000001'), rename('mb020000000001', 'eth1')],
    ],
    [
      'two swapped',
      [link('eth2', 1), link('eth1', 2)],
      [want('eth1', 1), want('eth2', 2)],
      [
        rename('eth2', 'mb020000000001'),
        rename('eth1', 'mb020000000002'),
        rename('mb020000000001', 'eth1'),
        rename('mb020000000002', 'eth2'),
      ],
    ],
    [
      'the wanted name is an alternative one of the device itself',
      [link('ens6', 1, true, ['enp0s6', 'eth1'])],
      [want('eth1', 1)],
      [
        dropAlternative('ens6', 'eth1'),
        down('ens6'),
        rename('ens6', 'mb020000000001'),
        rename('mb020000000001', 'eth1'),
      ],
    ],
    [
      'the wanted name is an alternative one of another device of ours, whose own is right',
      [link('ens6', 1), link('eth2', 2, true, ['eth1'])],
      [want('eth1', 1), want('eth2', 2)],
      [dropAlternative('eth2', 'eth1'), rename('ens6', 'mb020000000001'), rename('mb020000000001', 'eth1')],
    ],
    [
      'a link that a killed run left under its temporary name',
      [link('mb020000000001', 1)],
      [want('eth1', 1)],
      [rename('mb020000000001', 'eth1')],
    ],
    [
      'a link that shares the MAC, as an ipvlan does, comes after the device and is left',
      [link('ens6', 1), link('ipvl0', 1, true)],
      [want('eth1', 1)],
      [rename('ens6', 'mb020000000001'), rename('mb020000000001', 'eth1')],
    ],
  ];
  for (const [title, links, wanted, steps] of cases) {
    t.same(mend(links, wanted), steps, title);
  }
  t.end();
});

t.test('refusals', (t) => {
  const cases: [string, Link[], WantedLink[], RegExp][] = [
    ['missing', [link('ens5', 0)], [want('eth1', 1)], /eth1: no device with MAC 02:00:00:00:00:01 \(eni-1\)/],
    [
      'another link has the name',
      [link('ens6', 1), link('eth1', 0)],
      [want('eth1', 1)],
      /eth1: the name wanted for eni-1 belongs to another link, MAC 02:00:00:00:00:00/,
    ],
    [
      'another link has it as an alternative name',
      [link('ens6', 1), link('ens5', 0, true, ['eth1'])],
      [want('eth1', 1)],
      /eth1: the name wanted for eni-1 belongs to another link, MAC 02:00:00:00:00:00/,
    ],
    [
      'a link stacked on ours has the name of another of ours',
      [link('eth1', 1), link('ens7', 2), link('eth2', 1)],
      [want('eth1', 1), want('eth2', 2)],
      /eth2: the name wanted for eni-2 belongs to another link/,
    ],
  ];
  for (const [title, links, wanted, message] of cases) {
    t.throws(() => mend(links, wanted), { exitCode: ExitCode.host, message }, title);
  }
  t.end();
});

t.test(
  'any permutation ends with every name right, no name held twice on the way, no link renamed while up',
  (t) => {
    const names = ['eth1', 'eth2', 'eth3', 'ens6', 'ens7'];
    const world = fc.record({
      found: fc.shuffledSubarray(names, { minLength: 3, maxLength: 3 }),
      wanted: fc.shuffledSubarray(names, { minLength: 3, maxLength: 3 }),
      up: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    });
    fc.assert(
      fc.property(world, ({ found, wanted, up }) => {
        const links = new Map(found.map((name, n) => [name, { mac: mac(n), up: up[n] }]));
        const steps = mend(
          found.map((name, n) => link(name, n, up[n])),
          wanted.map((name, n) => want(name, n)),
        );
        for (const step of steps) {
          const device = links.get(step.link);
          if (device === undefined) {
            return false;
          }
          if (step.action === 'dropAlternative') {
            return false;
          }
          if (step.action === 'down') {
            device.up = false;
          } else if (device.up || links.has(step.to) || step.to.length > 15) {
            return false;
          } else {
            links.delete(step.link);
            links.set(step.to, device);
          }
        }
        return wanted.every((name, n) => links.get(name)?.mac === mac(n));
      }),
    );
    t.end();
  },
);
