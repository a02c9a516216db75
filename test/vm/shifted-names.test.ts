import { testNames } from './colliding-names.ts';

await testNames(import.meta.url, ['eth1', 'eth2', 'eth3']);
