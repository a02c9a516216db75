/** compile.mjs STARTED CODE: makes V8's code for the program that STARTED starts, for `install.sh`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { filesBeside, made } from './code.ts';

const [, , started = '', code = ''] = process.argv;
writeFileSync(code, made(readFileSync(filesBeside(started).program)));
