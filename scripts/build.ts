import { isBuiltin } from 'node:module';
import { build, type Plugin } from 'esbuild';

/**
 * An ES module's imports are loaded before its first line runs: `--version` would wait for node:http2. Behind a
 * require() Node's own modules are loaded with the first of our lazy modules that uses them.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === 'import-statement' && isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

const { metafile } = await build({
  entryPoints: ['agent/main.ts'],
  outfile: 'dist/multus-bootstrap.mjs',
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'esm',
  // The ES modules of the AWS SDK can be tree-shaken, its CommonJS cannot.
  mainFields: ['module', 'main'],
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'external',
  metafile: true,
  logLevel: 'warning',
  plugins: [lazyBuiltins],
  banner: {
    js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
  },
});

for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
  console.log(`${path}: ${(bytes / 1024).toFixed(0)} KiB`);
}
