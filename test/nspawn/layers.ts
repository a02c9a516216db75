import assert from 'node:assert/strict';

/** Where main.ts tells its tests the layers of which machines are made. */
export const layersVariable = 'MULTUS_BOOTSTRAP_TEST_LAYERS';

/** The file trees that a machine is laid together from, the topmost first. */
export function layers(): string[] {
  const value = process.env[layersVariable];
  assert(value, 'no file tree to boot: run this by test/nspawn/main.ts');
  return value.split(':');
}
