import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import t, { type Test } from 'tap';
import { load, made } from '../../../agent/start/code.ts';

const program = '(function (word) { return (() => `hello, ${word}`)(); })';

/** Starts a program that has V8's code for it, changed as said; answers whether V8 rejected it, undefined if it got none. */
async function start(t: Test, change: (code: Buffer) => Buffer | undefined): Promise<boolean | undefined> {
  const folder = t.testdir({ 'hello.cjs': program });
  const code = change(made(Buffer.from(program)));
  if (code !== undefined) {
    await writeFile(join(folder, 'hello.code'), code);
  }
  const script = load(join(folder, 'hello.mjs'));
  t.equal(script.runInThisContext()('world'), 'hello, world');
  return script.cachedDataRejected;
}

function flip(code: Buffer, at: number): Buffer {
  const flipped = Buffer.from(code);
  flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
  return flipped;
}

/** With a sum that is right again. */
function summed(code: Buffer): Buffer {
  code.writeUInt32LE(crc32(code.subarray(8)), 4);
  return code;
}

t.test('a program starts from its code', async (t) => {
  t.equal(await start(t, (code) => code), false);
});

const worthless: readonly [title: string, change: (code: Buffer) => Buffer | undefined][] = [
  ['no code', () => undefined],
  ['an empty file', () => Buffer.alloc(0)],
  ['code that is cut short', (code) => code.subarray(0, code.length - 100)],
  ['code with one bit that is wrong', (code) => flip(code, code.length - 50)],
  ['the code of another source, as long', () => made(Buffer.from(program.replace('hello', 'HELLO')))],
];

for (const [title, change] of worthless) {
  t.test(`with ${title} a program starts from its source`, async (t) => {
    t.equal(await start(t, change), undefined, 'V8 is not given it');
  });
}

// Behind our sums V8's own header: a magic number, the version, the source's length, the flags.
for (const [title, at] of [
  ['version', 12],
  ['flags', 20],
] as const) {
  t.test(`code of a V8 with another ${title} is left aside`, async (t) => {
    t.equal(await start(t, (code) => summed(flip(code, at))), true);
  });
}
