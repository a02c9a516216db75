import { chmod, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { checkShapes, ec2Shapes } from './build/ec2-shapes.ts';
import { lazyRanges } from './build/lazy-ranges.ts';
import { noDefaultCredentials } from './build/no-default-credentials.ts';

const repository = new URL('..', import.meta.url).pathname;
const common = {
  absWorkingDir: repository,
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
 * require() Node's own modules are loaded with the first of our lazy modules that uses them. And import() of node:http reads
 * all that it exports, WebSocket among them, for which Node.js would load the whole of undici.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, kind }) =>
      kind !== 'require-call' && isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** The entry point's, which esbuild would keep before the function. */
const noFirstLine: Plugin = {
  name: 'no-first-line',
  setup({ onLoad }) {
    onLoad({ filter: /\/main\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/^#!.*/, ''),
    }));
  },
};

/** What is installed of the program: what starts it, the program itself beside it, and what makes V8's code for that. */
export const built = ['multus-bootstrap.mjs', 'multus-bootstrap.cjs', 'compile.mjs'] as const;

/** Makes the program, into the folder. Answers with the files it is made of, relative to the repository. */
export async function bundle(folder: string): Promise<string[]> {
  // As deep in the repository whatever the outfile: their names come from their content, paths of sources included.
  await mkdir(join(repository, 'dist'), { recursive: true });
  const chunks = await mkdtemp(join(repository, 'dist/chunks-'));
  try {
    // First into chunks, for within one file esbuild does not shake what is imported lazily: all of the SDK would stay.
    const { metafile } = await build({
      ...common,
      entryPoints: ['agent/main.ts'],
      outdir: chunks,
      splitting: true,
      // The ES modules of the AWS SDK can be shaken, its CommonJS cannot.
      mainFields: ['module', 'main'],
      // winston's own diagnostics, in colours, are for its development.
      define: { 'process.env.NODE_ENV': '"production"' },
      sourcemap: 'linked',
      metafile: true,
      plugins: [ec2Shapes, lazyRanges, noDefaultCredentials],
    });
    checkShapes(metafile);
    // Then the chunks into one file: a function, for whose code V8 can be asked (agent/start).
    await build({
      ...common,
      // Paths relative to it get into the output.
      absWorkingDir: chunks,
      entryPoints: ['main.js'],
      outfile: join(folder, 'multus-bootstrap.cjs'),
      sourcemap: 'external',
      plugins: [lazyBuiltins, noFirstLine],
      banner: { js: "(async function (require) {'use strict';" },
      footer: { js: '})' },
    });
    await build({
      ...common,
      entryPoints: { 'multus-bootstrap': 'agent/start/main.ts', compile: 'agent/start/compile.ts' },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      banner: { js: '#!/usr/libexec/multus-bootstrap/node' },
    });
    await chmod(join(folder, 'multus-bootstrap.mjs'), 0o755);
    return Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    );
  } finally {
    await rm(chunks, { recursive: true });
  }
}

if (import.meta.main) {
  await bundle(join(repository, 'dist'));
  for (const file of built) {
    const { size } = await stat(join(repository, 'dist', file));
    console.log(`dist/${file}: ${(size / 1024).toFixed(0)} KiB`);
  }
}
