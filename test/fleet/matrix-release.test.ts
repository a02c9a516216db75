import { testPart } from './matrix/parts.ts';

testPart('release');
