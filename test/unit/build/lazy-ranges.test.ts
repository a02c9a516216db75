import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { IPv4, IPv6 } from 'ip-num';
import t from 'tap';
import { lazyRanges } from '../../../scripts/build/lazy-ranges.ts';

/** Bundles the program in the folder with the plugin; answers its file. */
async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'bundle.cjs');
  await build({
    absWorkingDir: folder,
    entryPoints: ['main.js'],
    outfile,
    bundle: true,
    platform: 'node',
    nodePaths: [new URL('../../../node_modules', import.meta.url).pathname],
    logLevel: 'silent',
    plugins: [lazyRanges],
  });
  return outfile;
}

t.test('each reserved range is there, worked out as it is asked for', async (t) => {
  const main = "import { IPv4, IPv6 } from 'ip-num'; module.exports = { IPv4, IPv6 };";
  const { default: made } = await import(await bundled(t.testdir({ 'main.js': main })));
  for (const [kind, original] of Object.entries({ IPv4, IPv6 })) {
    const ranges = Object.entries(original).filter(([key]) => /^[A-Z_]+$/.test(key));
    t.ok(ranges.length > 4, kind);
    for (const [key, value] of ranges) {
      const { get } = Object.getOwnPropertyDescriptor(made[kind], key) ?? {};
      t.equal(String(get?.()), String(value), `${kind}.${key}`);
    }
  }
});

t.test('an ip-num of another form fails the build', async (t) => {
  const folder = t.testdir({ 'main.js': "import './node_modules/ip-num/dist/src/IPNumber.js';" });
  await mkdir(join(folder, 'node_modules/ip-num/dist/src'), { recursive: true });
  await writeFile(join(folder, 'node_modules/ip-num/dist/src/IPNumber.js'), 'class IPv4 {}');
  await t.rejects(bundled(folder), { message: /IPNumber\.js has another form/ });
});
