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

const interfaces = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('eth1', 'eth2', 'net.100', 'signalling-core', '_x'),
    subnets: fc.uniqueArray(
      hex(17).map((id) => `subnet-${id}`),
      { minLength: 1, maxLength: 3 },
    ),
    securityGroups: fc.uniqueArray(
      hex(8).map((id) => `sg-${id}`),
      { minLength: 1, maxLength: 16 },
    ),
    ipv4: optional(
      fc.record({
        mode: optional(fc.constantFrom('FirstFree', 'Automatic')),
        podRange: optional(fc.uniqueArray(range)),
      }),
    ),
    networkCard: optional(fc.nat(31)),
    sourceDestCheck: optional(fc.boolean()),
    mtu: optional(fc.integer({ min: 576, max: 9001 })),
    tags: optional(
      fc.dictionary(
        text.map((key) => `k${key}`),
        text,
        { noNullPrototype: true },
      ),
    ),
  }),
  { selector: ({ name }) => name, maxLength: 4 },
);
const spec = fc.record({
  cluster: optional(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,40}$/)),
  timeout: optional(fc.integer({ min: 1, max: 3600 }).map((s) => `${Math.floor(s / 60)}m${s % 60}s`)),
  failurePolicy: optional(fc.constantFrom('Block', 'Taint', 'Ignore')),
  interfaces,
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
