/**
 * compile.mjs STARTED CODE: makes V8's code for the program that STARTED starts, for `install.sh`. Without CODE: exits 1
 * unless the program starts from such code, for `validate.sh`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { filesBeside, load, made } from './code.ts';

const [, , started = '', code] = process.argv;
if (code === undefined) {
  process.exitCode = load(started).cachedDataRejected === false ? 0 : 1;
} else {
  writeFileSync(code, made(readFileSync(filesBeside(started).program)));
}
