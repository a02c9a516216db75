import { readFile } from 'node:fs/promises';
import t from 'tap';
import { makePictures } from '../../../scripts/map-pictures.ts';

t.test('the README’s pictures are what the program draws', async (t) => {
  const pictures = await makePictures();
  t.equal(pictures.length, 3);
  for (const { path, svg } of pictures) {
    t.equal(await readFile(path, 'utf8'), svg, `\`node scripts/map-pictures.ts\` makes ${path} anew`);
  }
});
