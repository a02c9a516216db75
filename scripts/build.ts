import { rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const chunks = 'dist/chunks';
const common = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
} satisfies BuildOptions;

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

// First into chunks, for within one file esbuild does not shake what is imported lazily: all of the SDK would stay.
await build({
  ...common,
  entryPoints: ['agent/main.ts'],
  outdir: chunks,
  splitting: true,
  // The ES modules of the AWS SDK can be shaken, its CommonJS cannot.
  mainFields: ['module', 'main'],
  sourcemap: 'linked',
});
// Then the chunks into the one file that is installed.
const { metafile } = await build({
  ...common,
  entryPoints: [`${chunks}/main.js`],
  outfile: 'dist/multus-bootstrap.mjs',
  sourcemap: 'external',
  metafile: true,
  plugins: [lazyBuiltins],
  banner: {
    js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
  },
});
await rm(chunks, { recursive: true });

for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
  console.log(`${path}: ${(bytes / 1024).toFixed(0)} KiB`);
}
