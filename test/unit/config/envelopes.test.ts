import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { stringify } from 'yaml';
import * as z from 'zod';
import { jsonSchema } from '../../../agent/config/json-schema.ts';
import { ConfigurationFailure } from '../../../agent/config/problem.ts';
import { documentSchema } from '../../../agent/config/schema.ts';
import { load, multipart, nodeConfig } from './documents.ts';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const octets = fc.tuple(fc.nat(255), fc.nat(255));
const range = fc.oneof(
  octets.map(([a, b]) => `10.${a}.${b}.0/24`),
  octets.map(([a, b]) => `10.0.${Math.min(a, b)}.4-10.0.${Math.max(a, b)}.63`),
);
const text = fc.string({ unit: 'grapheme', maxLength: 20 });

const hextets = fc.tuple(fc.nat(0xfff), fc.nat(0xffff));
const ipv6Range = fc
  .tuple(
    fc.oneof(
      hextets.map(([a, b]) => `2${a.toString(16).padStart(3, '0')}:${b.toString(16)}::/64`),
      hextets.map(
        ([a, b]) => `2600:0:${Math.min(a, b).toString(16)}::-2600::${Math.max(a, b).toString(16)}:0:0:0:0:ff`,
      ),
    ),
    fc.boolean(),
  )
  .map(([written, upper]) => (upper ? written.toUpperCase() : written));

const tags = fc.dictionary(
  text.map((key) => `k${key}`),
  text,
  { noNullPrototype: true },
);
const selection = fc.dictionary(
  text.map((key) => `aws:${key}`),
  text,
  {
    noNullPrototype: true,
    minKeys: 1,
  },
);
const mode = (...modes: string[]) => optional(fc.constantFrom(...modes));
const anyKind = {
  name: fc.constantFrom('eth1', 'eth2', 'net.100', 'signalling-core', '_x'),
  networkCard: optional(fc.nat(31)),
  sourceDestCheck: optional(fc.boolean()),
  deleteOnTermination: optional(fc.boolean()),
  mtu: optional(fc.integer({ min: 576, max: 9001 })),
};
const existing = fc.record({
  ...anyKind,
  existing: fc.record({ tags: selection, wait: optional(fc.nat(3600).map((s) => `${s}s`)) }),
});
const created = {
  ...anyKind,
  securityGroups: fc.uniqueArray(
    hex(8).map((id) => `sg-${id}`),
    { minLength: 1, maxLength: 16 },
  ),
  tags: optional(tags),
  ipv4: optional(
    fc.record({ mode: mode('FirstFree', 'Automatic'), podRange: optional(fc.uniqueArray(range)) }),
  ),
  ipv6: optional(
    fc.record({
      mode: fc.constantFrom('FirstFree', 'Automatic', 'None'),
      within: optional(fc.uniqueArray(ipv6Range)),
    }),
  ),
};
const inSubnets = fc.record({
  ...created,
  subnets: fc.uniqueArray(
    hex(17).map((id) => `subnet-${id}`),
    { minLength: 1, maxLength: 3 },
  ),
});
const ipv6Only = fc.record({
  ...created,
  subnetTags: selection,
  ipv4: fc.constant({ mode: 'None' }),
  ipv6: fc.record({ mode: fc.constantFrom('FirstFree', 'Automatic') }),
});
const interfaces = fc.uniqueArray(fc.oneof(inSubnets, ipv6Only, existing), {
  selector: ({ name }) => name,
  maxLength: 4,
});
const spec = fc.record({
  cluster: optional(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,40}$/)),
  timeout: optional(fc.integer({ min: 1, max: 3600 }).map((s) => `${Math.floor(s / 60)}m${s % 60}s`)),
  failurePolicy: optional(fc.constantFrom('Block', 'Taint', 'Ignore')),
  interfaces,
  instanceTags: optional(tags),
  kubelet: optional(
    fc.record({
      labels: fc.dictionary(
        fc.stringMatching(/^[a-z]{1,9}$/),
        fc.stringMatching(/^([0-9][0-9.]{0,9}[0-9])?$/),
        {
          noNullPrototype: true,
        },
      ),
    }),
  ),
});
const document = spec.map((value): unknown =>
  // Keys without a value are left out, as in a file.
  JSON.parse(
    JSON.stringify({ apiVersion: 'multus-bootstrap.io/v1alpha1', kind: 'MultusNodeConfig', spec: value }),
  ),
);

const writers = [
  (value: unknown) => stringify(value),
  (value: unknown) => stringify(value).replaceAll('\n', '\r\n'),
  (value: unknown) => JSON.stringify(value),
  (value: unknown) => JSON.stringify(value, undefined, 2),
];
const type = 'application/multus-bootstrap.io';
const asPart = (body: Buffer, ...headers: string[]) =>
  multipart(
    [
      { type: 'application/node.eks.aws', body: nodeConfig },
      { type, body, headers },
    ],
    '==7f==',
  );
const envelopes = [
  (bytes: Buffer) => bytes,
  (bytes: Buffer) => gzipSync(bytes),
  (bytes: Buffer) => Buffer.from(bytes.toString('base64')),
  (bytes: Buffer) => asPart(bytes),
  (bytes: Buffer) => asPart(gzipSync(bytes)),
  (bytes: Buffer) => asPart(Buffer.from(bytes.toString('base64')), 'Content-Transfer-Encoding: base64'),
  (bytes: Buffer) => {
    const quoted = bytes
      .toString('latin1')
      .replace(/[^\n\r -<>-~]/g, (c) => `=${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
    return asPart(Buffer.from(quoted.replace(/ $/gm, '=20')), 'Content-Transfer-Encoding: quoted-printable');
  },
  (bytes: Buffer) => {
    const inner = multipart([{ type, body: bytes }], 'inner').toString('latin1');
    const body = Buffer.from(inner.slice(inner.indexOf('\n\n') + 2), 'latin1');
    return gzipSync(multipart([{ type: 'multipart/mixed; boundary=inner', body }], 'outer'));
  },
];

t.test('a configuration is the same in every envelope', async () => {
  await fc.assert(
    fc.asyncProperty(
      document,
      fc.constantFrom(...writers),
      fc.constantFrom(...envelopes),
      async (value, write, pack) => {
        const loaded = await load(pack(Buffer.from(write(value))));
        assert.deepEqual(loaded.kind === 'config' && loaded.spec, documentSchema.parse(value).spec);
      },
    ),
    { numRuns: 300 },
  );
});

t.test('the JSON Schema accepts what the agent accepts', async () => {
  const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(jsonSchema())));
  fc.assert(
    fc.property(document, (value) => {
      assert.equal(schema.safeParse(value).error, undefined);
    }),
  );
});

t.test('the JSON Schema knows what stands beside what in an interface', async () => {
  const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(jsonSchema())));
  const optionals = {
    subnets: fc.constant(['subnet-00000001']),
    subnetTags: fc.constant({ a: 'b' }),
    existing: fc.constant({ tags: { a: 'b' } }),
    securityGroups: fc.constant(['sg-00000001']),
    ipv4: fc.constant({}),
    ipv6: fc.constant({ mode: 'Automatic' }),
    tags: fc.constant({}),
    mtu: fc.constant(1500),
  };
  await fc.assert(
    fc.asyncProperty(
      fc.record({ name: fc.constant('eth1'), ...optionals }, { requiredKeys: ['name'] }),
      async (entry) => {
        const value = documentWith([entry]);
        const isAccepted = (await kindOf(Buffer.from(JSON.stringify(value)))) === 'config';
        assert.equal(schema.safeParse(value).success, isAccepted);
      },
    ),
    { numRuns: 300 },
  );
});

t.test('whatever stands in the place of a value is told of, and never a crash', async () => {
  const kinds = fc.oneof(inSubnets, ipv6Only, existing);
  const paths = [[], ['name'], ['subnets'], ['subnetTags'], ['existing'], ['existing', 'tags'], ['ipv4']];
  const deeper = [['ipv4', 'mode'], ['ipv6'], ['ipv6', 'mode'], ['ipv6', 'within'], ['tags'], ['mtu']];
  await fc.assert(
    fc.asyncProperty(
      kinds,
      fc.constantFrom(...paths, ...deeper),
      fc.jsonValue(),
      async (entry, path, odd) => {
        const value = documentWith([replace(JSON.parse(JSON.stringify(entry)), path, odd)]);
        assert.ok(['config', 'refused'].includes(await kindOf(Buffer.from(JSON.stringify(value)))));
      },
    ),
    { numRuns: 500 },
  );
});

function documentWith(entries: readonly unknown[]) {
  return {
    apiVersion: 'multus-bootstrap.io/v1alpha1',
    kind: 'MultusNodeConfig',
    spec: { interfaces: entries },
  };
}

function replace(value: unknown, [key, ...rest]: readonly string[], replacement: unknown): unknown {
  if (key === undefined) {
    return replacement;
  }
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const inner = entries.find(([each]) => each === key)?.[1];
  return Object.fromEntries([...entries, [key, replace(inner, rest, replacement)]]);
}

t.test('noise is never a configuration, and never a crash', async () => {
  const noise = fc.uint8Array({ maxLength: 2048 });
  const torn = fc
    .tuple(document, fc.constantFrom(...envelopes), fc.nat(), fc.nat(255))
    .map(([value, pack, at, byte]) => {
      const bytes = Buffer.from(pack(Buffer.from(JSON.stringify(value))));
      bytes[at % bytes.length] = byte;
      return bytes;
    });
  await fc.assert(
    fc.asyncProperty(noise, async (bytes) => {
      assert.equal(await kindOf(bytes), bytes[0] === 0x1f && bytes[1] === 0x8b ? 'refused' : 'none');
    }),
  );
  await fc.assert(
    fc.asyncProperty(torn, async (bytes) => {
      assert.ok(['none', 'config', 'refused'].includes(await kindOf(bytes)));
    }),
    { numRuns: 300 },
  );
});

async function kindOf(bytes: Uint8Array): Promise<string> {
  try {
    return (await load(bytes)).kind;
  } catch (error) {
    if (error instanceof ConfigurationFailure) {
      return 'refused';
    }
    throw error;
  }
}
