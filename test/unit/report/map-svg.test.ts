import fc from 'fast-check';
import t from 'tap';
import { subnetMap } from '../../../agent/report/map/subnet-map.ts';
import { mapSvg } from '../../../agent/report/map/svg.ts';
import { eni, instanceId, ownTags, subnet } from '../facts.ts';

const none = { within: [], podRange: [] };
const parts = { ipv4: { within: ['10.0.4.0/26'], podRange: ['10.0.4.64/26'] }, ipv6: none };

function draw(...subnets: ReturnType<typeof subnet>[]): string {
  const enis = [
    eni({ addresses: ['10.0.4.4', '10.0.4.70', '10.0.4.71'], tags: ownTags('eth1') }),
    eni({ addresses: ['10.0.4.5'], prefixes: ['10.0.4.96/28'] }),
  ];
  return mapSvg(
    subnets.map((each) => subnetMap({ subnet: each, enis, reservations: [] }, parts, instanceId)),
  );
}

/** The tags' names and the texts of a document, or what is wrong with it: enough of XML for what we write. */
function read(xml: string): { names: string[]; texts: string[] } {
  const names: string[] = [];
  const texts: string[] = [];
  const open: string[] = [];
  const token = /<\?xml [^<>]*\?>|<(\/?)([a-zA-Z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  let at = 0;
  for (const match of xml.matchAll(token)) {
    const [whole, closing, name = '', , empty, text] = match;
    if (match.index !== at) {
      break;
    }
    at += whole.length;
    if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot|#39);)|[^\P{C}\n]/u.test(text)) {
        throw new Error(`not a text: ${JSON.stringify(text)}`);
      }
      texts.push(unescaped(text));
    } else if (closing === '/') {
      if (open.pop() !== name) {
        throw new Error(`${name} ends, and was not the last to begin`);
      }
    } else if (name !== '') {
      names.push(name);
      open.push(...(empty === '/' ? [] : [name]));
    }
  }
  if (at !== xml.length || open.length > 0) {
    throw new Error(`not well-formed at ${JSON.stringify(xml.slice(at, at + 60))}; open: ${open.join()}`);
  }
  return { names, texts: texts.filter((each) => each.trim() !== '') };
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

t.test('it stands by itself', async (t) => {
  const svg = draw(subnet({}));
  const { names } = read(svg);
  t.equal(names[0], 'svg');
  t.match(svg, '<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="');
  t.notMatch(
    svg,
    /<script|<image|<foreignObject|href|@import|@font-face|https?:(?!\/\/www\.w3\.org\/2000\/svg")/,
  );
  t.match(svg, /<rect x="0\.5" y="0\.5" [^>]*fill="#ffffff"/, 'a ground of its own, for dark pages');
});

t.test('a tooltip for each run, a legend with counts, and the words', async (t) => {
  const { texts } = read(draw(subnet({ tags: { Name: 'signalling' } })));
  for (const wanted of [
    'signalling',
    'subnet-11111111  eu-west-1a',
    '10.0.4.0/24: 256 addresses; one a cell, 32 a row.',
    '10.0.4.0',
    '10.0.4.4\n1 address: this node',
    '10.0.4.70 to 10.0.4.71\n2 addresses: secondary addresses: pods',
    '10.0.4.96 to 10.0.4.111\n16 addresses: delegated prefixes: pods',
    "free, workers' part (within)",
    '58',
    'Our workers: 1 address, 10.0.4.4.',
  ]) {
    t.ok(texts.includes(wanted), wanted, { texts });
  }
  t.match(texts.join(' '), 'Workers have 58 free addresses left before they meet the pods at 10.0.4.64');
});

t.test('several subnets, one below the other', async (t) => {
  const one = draw(subnet({}));
  const two = draw(subnet({}), subnet({ id: 'subnet-22222222', ipv6Cidrs: ['2600::/64'] }));
  read(two);
  const height = (svg: string) => Number(/ height="(\d+)"/.exec(svg)?.[1]);
  t.ok(height(two) > 2 * height(one) - 100);
  const tops = [...two.matchAll(/<text class="h" x="\d+" y="(\d+)"/g)].map(([, y]) => Number(y));
  t.ok(tops.length === 2 && (tops[1] ?? 0) > height(one) - 40, 'no picture lies on another');
});

t.test('a /16 in heavy use stays small', async (t) => {
  const enis = Array.from({ length: 20_000 }, (_, i) =>
    eni({ addresses: [`10.0.${(i * 3) >> 8}.${(i * 3) & 255}`], tags: i % 7 === 0 ? ownTags('eth1') : {} }),
  );
  const large = subnet({ cidr: '10.0.0.0/16' });
  const svg = mapSvg([subnetMap({ subnet: large, enis, reservations: [] }, parts, instanceId)]);
  read(svg);
  t.ok(svg.length < 200_000, `${svg.length} bytes`);
});

t.test('hostile names stay text', async (t) => {
  const name = `</text><script>alert("1")</script>&<![CDATA[ ]]>\u0000\u001b'`;
  const { names, texts } = read(draw(subnet({ tags: { Name: name } })));
  t.notOk(names.includes('script'));
  t.ok(texts.some((text) => text.startsWith('</text><script>alert("1")</script>&<![')));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 255 }), (Name) => {
      read(draw(subnet({ tags: { Name } })));
    }),
    { numRuns: 100 },
  );
});
