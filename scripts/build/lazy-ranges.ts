import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * ip-num works out the reserved ranges of IPv4 and IPv6 as it is loaded, 5 ms before EC2 is asked, and the agent asks
 * for none of them: in the bundle each is worked out where it is asked for.
 */
export const lazyRanges: Plugin = {
  name: 'lazy-ranges',
  setup({ onLoad }) {
    onLoad({ filter: /\/ip-num\/dist\/src\/IPNumber\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(
        /^(IPv[46])\.([A-Z_]+) = ([^;]+);$/gm,
        "Object.defineProperty($1, '$2', { get: () => $3 });",
      );
      if (contents === text) {
        throw new Error(`${path} has another form than when this build was written: see lazy-ranges.ts`);
      }
      return { contents };
    });
  },
};
