/** The pages under docs/, and the README: what they lead to is there, what they show is sound. */
import { readdir, readFile } from 'node:fs/promises';
import t from 'tap';
import { parse } from 'yaml';
import { specSchema } from '../../agent/config/schema.ts';

const root = new URL('../../', import.meta.url);
const docs = (await readdir(new URL('docs/', root))).filter((name) => name.endsWith('.md'));
const pages = ['README.md', 'userdata/README.md', ...docs.map((name) => `docs/${name}`)];

/** As GitHub makes them from headings. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

for (const path of pages) {
  t.test(`links of ${path}`, async (t) => {
    const here = new URL(path, root);
    const page = await readFile(here, 'utf8');
    for (const [, link = ''] of page.matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)) {
      const target = new URL(link, here);
      const anchor = target.hash.slice(1);
      target.hash = '';
      if (link.endsWith('/')) {
        await t.resolves(readdir(target), link);
      } else {
        const text = await readFile(target, 'utf8').catch(() => undefined);
        t.ok(text !== undefined && (anchor === '' || anchorsOf(text).includes(anchor)), link);
      }
    }
  });
}

t.test('configurations that they show whole', async (t) => {
  let shown = 0;
  for (const path of pages) {
    const page = await readFile(new URL(path, root), 'utf8');
    for (const [, yaml = ''] of page.matchAll(/```yaml\n(apiVersion: multus-bootstrap\.io[^`]*)```/g)) {
      shown += 1;
      t.match(specSchema.safeParse(parse(yaml).spec), { success: true }, path);
    }
  }
  t.ok(shown > 0);
});
