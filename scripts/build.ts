import { build } from 'esbuild';

// One file that starts fast: bundled, tree-shaken, with commands as lazy modules inside it. Some dependencies are
// CommonJS and call require() for Node's own modules, which an ES module has to make for itself.
const { metafile } = await build({
  entryPoints: ['agent/main.ts'],
  outfile: 'dist/multus-bootstrap.mjs',
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'esm',
  mainFields: ['module', 'main'],
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'external',
  metafile: true,
  logLevel: 'warning',
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module';const require = createRequireForBundle(import.meta.url);",
  },
});

for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
  console.log(`${path}: ${(bytes / 1024).toFixed(0)} KiB`);
}
