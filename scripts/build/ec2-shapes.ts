import { readFile } from 'node:fs/promises';
import type { Metafile, Plugin } from 'esbuild';

const file = /@aws-sdk\/client-ec2\/dist-es\/schemas\/schemas_\d+\.js$/;
const advice = 'has another form than when this build was written. See scripts/build/ec2-shapes.ts';

/**
 * The SDK has the shapes of all of EC2's 700 actions in one file. esbuild would keep those that ours reach and drop the
 * others, did it know that nothing happens where they are made: it does not of a key that is a variable. So each such key
 * becomes the text that its constant holds.
 */
export const ec2Shapes: Plugin = {
  name: 'ec2-shapes',
  setup({ onLoad }) {
    onLoad({ filter: file }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const constants = new Map(
        [...text.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      const contents = text.replace(/(?<=[{,]\s*)\[(\w+)\](?=:)/g, (_, name: string) => {
        const value = constants.get(name);
        if (value === undefined) {
          throw new Error(`${path} ${advice}: it has no constant ${name}`);
        }
        return value;
      });
      return { contents };
    });
  },
};

/** Throws if most of the shapes have stayed all the same: the program would start at half the speed. */
export function checkShapes({ inputs, outputs }: Metafile): void {
  const paths = Object.keys(inputs).filter((path) => file.test(path));
  const kept = Object.values(outputs).flatMap((output) =>
    paths.map((path) => output.inputs[path]?.bytesInOutput ?? 0),
  );
  const sum = (sizes: number[]) => sizes.reduce((total, size) => total + size, 0);
  const all = sum(paths.map((path) => inputs[path]?.bytes ?? 0));
  if (sum(kept) === 0 || sum(kept) > all / 10) {
    throw new Error(
      `of the ${all} bytes of EC2's shapes (${file}), ${sum(kept)} are in the bundle, where about a twentieth is to be: the SDK ${advice}`,
    );
  }
}
