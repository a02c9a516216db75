import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/**
 * Where the bundled program lies beside the file that starts it, and V8's code for it. The installation tries both under
 * other names before it puts them in place, so the names hang together.
 */
export function filesBeside(started: string): { program: string; code: string } {
  const stem = started.replace(/\.mjs$/, '');
  return { program: `${stem}.cjs`, code: `${stem}.code` };
}

/** The program, from V8's code where that is there: half the way to the first request would be parsing and compiling. */
export function load(started: string): Script {
  const { program, code } = filesBeside(started);
  const source = readFileSync(program);
  // V8 does not take the code of another V8, nor any that was made under other flags, and compiles then.
  return new Script(source.toString('latin1'), { filename: program, cachedData: codeIn(code, source) });
}

/** What is kept of V8's code for the source: two checksums, which V8 does not look at, and the code. */
export function made(source: Buffer): Buffer {
  // All functions now, not each as it is first called.
  setFlagsFromString('--no-lazy');
  const script = new Script(source.toString('latin1'));
  // V8 takes code only under the flags that there were when it was put out.
  setFlagsFromString('--lazy');
  const code = script.createCachedData();
  const sums = Buffer.alloc(8);
  sums.writeUInt32LE(crc32(source), 0);
  sums.writeUInt32LE(crc32(code), 4);
  return Buffer.concat([sums, code]);
}

/** Undefined where there is none, none of this source, or none that is whole. */
function codeIn(path: string, source: Buffer): Buffer | undefined {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch {
    return undefined;
  }
  const code = file.subarray(8);
  const isWhole = file.length > 8 && file.readUInt32LE(4) === crc32(code);
  return isWhole && file.readUInt32LE(0) === crc32(source) ? code : undefined;
}
