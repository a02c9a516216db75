import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { formatAddress, parseRange } from '../../../agent/claim/range.ts';
import type { SubnetBounds } from '../../../agent/report/map/bounds.ts';
import type { SubnetUse } from '../../../agent/report/map/classify.ts';
import { printable } from '../../../agent/report/map/format.ts';
import { kinds, signs } from '../../../agent/report/map/kinds.ts';
import { subnetMap } from '../../../agent/report/map/subnet-map.ts';
import { mapText } from '../../../agent/report/map/text.ts';
import { eni, instanceId, ownTags, subnet } from '../facts.ts';

const none = { within: [], podRange: [] };
const anywhere: SubnetBounds = { ipv4: none, ipv6: none };
const others = { ...ownTags('eth1'), 'multus-bootstrap.io/instance-id': 'i-00000000000000001' };

function draw(use: Partial<SubnetUse>, bounds = anywhere, colour = false): string[] {
  const whole = { subnet: subnet({ availableAddresses: 65_536 }), enis: [], reservations: [], ...use };
  return mapText([subnetMap(whole, bounds, instanceId)], colour).split('\n');
}

t.test('a small subnet, whole', async (t) => {
  const small = subnet({ cidr: '10.0.4.0/27', tags: { Name: 'signalling' } });
  const enis = [
    eni({ addresses: ['10.0.4.4'], tags: ownTags('eth1') }),
    eni({ addresses: ['10.0.4.5', '10.0.4.20'], tags: others }),
  ];
  const ipv4 = { within: ['10.0.4.0/28'], podRange: ['10.0.4.16-10.0.4.23'] };
  t.strictSame(draw({ subnet: small, enis }, { ...anywhere, ipv4 }), [
    'subnet-11111111  eu-west-1a  signalling',
    '10.0.4.0/27: 32 addresses; one a cell.',
    '',
    '       10.0.4.0 x x x x @ O - - - - - - - - - -  : : : : p : : : . . . . . . . x',
    '',
    "  @ this node                          1  : free, pods' part (podRange)        7",
    "  O our other nodes                    1  - free, workers' part (within)      10",
    '  p secondary addresses: pods          1  . free                               7',
    "  x EC2's own                          5",
    '',
    'Free: 24 addresses in 2 runs, the longest 14 (10.0.4.6 to 10.0.4.19); 0 whole',
    '/28 blocks left for prefix delegation.',
    'Our workers: 2 addresses, 10.0.4.4 to 10.0.4.5.',
    'Workers have 10 free addresses left before they meet the pods at 10.0.4.16 (the',
    'start of podRange).',
    '',
  ]);
});

t.test('a /16 shows its first workers, its pods at the end, and how full each part is', async (t) => {
  const large = subnet({ cidr: '10.1.0.0/16', availableAddresses: 65_000 });
  const enis = [
    eni({ addresses: ['10.1.0.4'], tags: others }),
    ...Array.from({ length: 64 }, (_, i) =>
      eni({ addresses: [`10.1.0.${130 + i}`, `10.1.255.${190 + i}`], tags: others }),
    ),
    eni({ addresses: ['10.1.1.0'], tags: ownTags('eth1') }),
    eni({ addresses: ['10.1.200.1'], prefixes: ['10.1.200.128/28'] }),
  ];
  const lines = draw({ subnet: large, enis });
  const rows = lines.filter((line) => /^ +10\.1\./.test(line));
  t.equal(rows.length, 16);
  t.match(lines.join(' '), /128 a cell \(a \/25\), 4,096 a row \(a \/20\)/);
  t.equal(rows[0], `${' '.repeat(7)}10.1.0.0 O▁O▄@▁${'. '.repeat(29)}`.trimEnd());
  t.match(rows[12], /^ +10\.1\.192\.0 (\. ){16}#▁=▁(\. ){13}\.$/);
  t.match(rows[15], /p▄$/);
  t.match(lines.join(' '), 'meet the pods at 10.1.200.128 (a delegated prefix)');
});

t.test('an IPv6 CIDR is drawn where its workers are, and the rest counted', async (t) => {
  const dual = subnet({ cidr: '10.0.4.0/28', ipv6Cidrs: ['2600:1f18:1:4::/64'] });
  const enis = [
    eni({ ipv6Addresses: ['2600:1f18:1:4::7:104'], tags: ownTags('eth1') }),
    eni({ ipv6Addresses: ['2600:1f18:1:4::7:1ff'], prefixes: ['2600:1f18:1:4:9::/80'], tags: others }),
    eni({ ipv6Addresses: ['2600:1f18:1:4:8::1', '2600:1f18:1:4:8::2'] }),
  ];
  const lines = draw({ subnet: dual, enis });
  t.ok(lines.includes('10.0.4.0/28: 16 addresses; one a cell.'), 'beside its IPv4 CIDR');
  const text = lines.join('\n');
  t.match(lines.join(' '), '2600:1f18:1:4::/64: 2^64 addresses, of which 256 from 2600:1f18:1:4::7:100 on');
  t.match(text, /^ {10}…:100 \. \. \. \. @ \. /m);
  t.match(text, /^ {10}…:1e0 (?:\. ){16} (?:\. ){15}O$/m);
  t.match(
    text.replaceAll('\n', ' '),
    "Not drawn: 1 address (other ENIs' primary addresses), 1 address (secondary addresses: pods), 1 /80 delegated.",
  );
  t.match(text.replaceAll('\n', ' '), 'pods at 2600:1f18:1:4:8::2 (a secondary address)');
  t.match(text, /= delegated prefixes: 1 \/80 {7}2\^48/m);

  const ipv6 = { within: ['2600:1f18:1:4:a::/112'], podRange: [] };
  const within = draw({ subnet: { ...dual, cidr: undefined }, enis }, { ...anywhere, ipv6 });
  t.match(within.join(' '), 'of which 65,536 from 2600:1f18:1:4:a:: on are drawn; 128 a cell (a /121)');
  t.notMatch(within.join('\n'), '10.0.4');
  const wide = { ...anywhere, ipv6: { within: ['2600:1f18:1:4:a::/96'], podRange: [] } };
  t.match(
    draw({ subnet: { ...dual, cidr: undefined }, enis }, wide).join(' '),
    'of which 65,536 from 2600:1f18:1:4:a:: on are drawn;',
    'of a wide part as much as there can be',
  );
  const text2 = draw({ subnet: { ...dual, cidr: undefined }, enis: [] }).join('\n');
  t.match(text2, /^ {12}…:0 x x x x \. /m, 'without workers it is its start');
});

t.test('what is said of room and of fragments', async (t) => {
  const cases: [string, Partial<SubnetUse>, SubnetBounds, (string | RegExp)[]][] = [
    [
      'an empty subnet',
      {},
      anywhere,
      ['Free: 251 addresses in one run', /Workers have 251 .* nothing of pods/],
    ],
    [
      'a full one',
      {
        subnet: subnet({ cidr: '10.0.4.0/28' }),
        enis: numbers(4, 14).map((n) => eni({ addresses: [at(n)] })),
      },
      anywhere,
      ['Free: none; 0 whole', 'Workers have 0 free'],
    ],
    [
      'whole blocks, those of prefix reservations apart',
      {
        enis: [eni({ addresses: [at(40)] })],
        reservations: [{ subnetId: subnet({}).id, cidr: '10.0.4.64/26', type: 'prefix' }],
      },
      anywhere,
      ['9 whole /28 blocks left for prefix delegation, and 4 in prefix reservations.'],
    ],
    [
      'pods among the workers',
      {
        enis: [
          eni({ addresses: [at(4)], tags: ownTags('eth1') }),
          eni({ addresses: [at(30), at(9), at(200)], tags: others }),
        ],
      },
      { ...anywhere, ipv4: { within: ['10.0.4.0/26'], podRange: ['10.0.4.64/26'] } },
      ['Workers have 57 free', "(the start of podRange); 1 of the pods' addresses lie below that"],
    ],
    [
      'the next worker comes before the pods, wherever others are',
      { enis: [eni({ addresses: [at(100), at(9), at(150)], tags: others })] },
      anywhere,
      ['Workers have 5 free addresses left before they meet the pods at 10.0.4.9 (a secondary address).'],
    ],
    [
      'pods below the first free address are not met',
      { enis: [...numbers(4, 20), 22].map((n) => eni({ addresses: [at(n + 100), at(n)], tags: others })) },
      anywhere,
      [
        "Workers have 1 free address left before they meet the pods at 10.0.4.22 (a secondary address); 17 of the pods' addresses lie below",
      ],
    ],
    [
      'a foreign ENI above the pods',
      { enis: [eni({ addresses: [at(200)] })] },
      { ...anywhere, ipv4: { within: [], podRange: ['10.0.4.64/26'] } },
      ['Workers have 60 free addresses left before they meet the pods at 10.0.4.64 (the start of podRange).'],
    ],
    [
      'the next part of podRange',
      { enis: [eni({ addresses: [at(64), at(9)], tags: others })] },
      { ...anywhere, ipv4: { within: [], podRange: ['10.0.4.0/26', '10.0.4.128/25'] } },
      [
        'Workers have 63 free addresses left before they meet the pods at 10.0.4.128 (the start of podRange).',
      ],
    ],
    [
      'a listing that lacks what EC2 counts',
      { subnet: subnet({ availableAddresses: 249 }) },
      anywhere,
      ['EC2 counts 249 available addresses, 2 fewer than are free here'],
    ],
  ];
  for (const [name, use, bounds, wanted] of cases) {
    const said = draw(use, bounds).join(' ');
    for (const each of wanted) {
      t.match(said, each, name);
    }
  }
  t.notMatch(draw({ subnet: subnet({ availableAddresses: 251 }) }).join(' '), 'EC2 counts');
});

t.test('80 columns, whatever the subnet', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 16, max: 28 }),
      fc.array(fc.nat(2 ** 16 - 1), { maxLength: 60 }),
      fc.string({ unit: 'binary', maxLength: 255 }),
      (length, hosts, name) => {
        const cidr = `100.64.0.0/${length}`;
        const { first, last } = parseRange(cidr);
        const addresses = hosts.map((host) => formatAddress(first + (BigInt(host) % (last - first + 1n))));
        const ipv6Cidrs = ['2600:1f18:1234:5678::/64', '2a05:d018:aaaa:bbbb::/64'];
        const ipv6Addresses = hosts.map((host) => `2600:1f18:1234:5678:ffff:ffff:ffff:${host.toString(16)}`);
        const enis = [
          eni({ addresses, ipv6Addresses }),
          eni({ addresses: addresses.slice(1), tags: others }),
        ];
        const long = subnet({ id: 'subnet-0a1b2c3d4e5f60718', zone: 'us-gov-west-1a', cidr, ipv6Cidrs });
        return draw({ subnet: { ...long, tags: { Name: name } }, enis }).every((line) => columns(line) <= 80);
      },
    ),
    { numRuns: 200 },
  );
  t.equal(new Set(kinds.map((kind) => signs[kind].glyph)).size, kinds.length, 'a sign for each kind');
});

/** East Asian characters and emoji take two. */
function columns(line: string): number {
  return [...line].reduce(
    (sum, each) => sum + (/[\p{Script=Han}\p{Emoji_Presentation}]/u.test(each) ? 2 : 1),
    0,
  );
}

t.test('colour is only added', async (t) => {
  const use = {
    enis: [eni({ addresses: [at(4)], tags: ownTags('eth1') }), eni({ addresses: [at(5), at(6)] })],
  };
  const large = { ...use, subnet: subnet({ cidr: '10.0.0.0/16' }) };
  for (const each of [use, large]) {
    const plain = draw(each).join('\n');
    const coloured = draw(each, anywhere, true).join('\n');
    t.notMatch(plain, '\u001b');
    t.match(coloured, '\u001b[97;41m@');
    t.equal(stripVTControlCharacters(coloured).replaceAll(/ +$/gm, ''), plain);
  }
});

t.test('a name cannot steer the terminal', async (t) => {
  const hostile = subnet({ tags: { Name: 'a\u001b[2J\u009b\n\r\u202eb\u2028c' } });
  t.equal(draw({ subnet: hostile })[0], 'subnet-11111111  eu-west-1a  a?[2J????b?c');
  t.equal(printable('abcdef', 5), 'abc…');
});

t.test('20,000 ENIs are drawn in well under a second', async (t) => {
  const enis = numbers(0, 19_999).map((n) => {
    const hosts = [n + 4, 22_000 + n * 2, 22_001 + n * 2].filter((host) => host < 65_000);
    const addresses = hosts.map((host) => `10.0.${host >> 8}.${host & 255}`);
    const ipv6 = [n, n + 30_000].map((host) => `2600:1f18:1:4:${(n % 7) + 1}::${host.toString(16)}`);
    return eni({ addresses, ipv6Addresses: ipv6, tags: n % 2 === 0 ? others : {} });
  });
  const both = subnet({ cidr: '10.0.0.0/16', ipv6Cidrs: ['2600:1f18:1:4::/64'] });
  const before = process.cpuUsage();
  t.ok(draw({ subnet: both, enis }).length > 40);
  const { user, system } = process.cpuUsage(before);
  // Ten times what it takes: a loop over addresses would take longer than the universe is old.
  t.ok((user + system) / 1e6 < 10, `${(user + system) / 1e6} s of CPU`);
});

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function at(host: number): string {
  return `10.0.4.${host}`;
}
