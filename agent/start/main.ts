import { createRequire } from 'node:module';
import { load } from './code.ts';

// The program is a function of `require`, made by scripts/build.ts.
await load(import.meta.filename).runInThisContext()(createRequire(import.meta.url));
