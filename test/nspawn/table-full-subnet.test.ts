import { testTable } from './table.ts';

await testTable(import.meta.url, 'full subnet');
