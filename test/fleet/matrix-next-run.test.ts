import { testPart } from './matrix/parts.ts';

testPart('next run');
