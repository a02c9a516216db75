import { testPart } from './matrix/parts.ts';

testPart('first run');
