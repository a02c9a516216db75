import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Notice {
  name: string;
  version: string;
  licence: string;
  repository: string;
  /** Licence and NOTICE files. */
  texts: string[];
}

/** The licence texts of all packages that the files are from, one below the other. Throws if one is missing. */
export async function bundledLicences(repository: string, files: string[]): Promise<string> {
  const folders = new Set(files.flatMap((file) => packageOf(file) ?? []));
  const notices = await Promise.all([...folders].map((folder) => noticeOf(join(repository, folder))));
  return notices
    .map((notice) => {
      const { name, version, licence } = notice;
      return { heading: `${name} ${version} (${licence})`, text: textFor(notice, notices) };
    })
    .sort((a, b) => (a.heading < b.heading ? -1 : 1))
    .map(({ heading, text }) => `${'='.repeat(80)}\n${heading}\n${'='.repeat(80)}\n\n${text}\n`)
    .join('\n');
}

/** `node_modules/a/node_modules/@b/c/lib/d.js` is of `node_modules/a/node_modules/@b/c`. */
function packageOf(file: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
}

async function noticeOf(folder: string): Promise<Notice> {
  const manifest: {
    name: string;
    version: string;
    license?: string;
    repository?: string | { url?: string };
  } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const { name, version, license = '', repository } = manifest;
  const names = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)(\.\w+)?$/i.test(file));
  const texts = await Promise.all(names.sort().map((file) => readFile(join(folder, file), 'utf8')));
  const url = typeof repository === 'string' ? repository : repository?.url;
  return { name, version, licence: license, repository: url ?? '', texts: texts.map((text) => text.trim()) };
}

/** Some packages of a common repository come without the text that others of it come with. */
function textFor({ name, licence, repository, texts }: Notice, all: Notice[]): string {
  const sibling = all.find(
    (other) =>
      repository !== '' &&
      other.repository === repository &&
      other.licence === licence &&
      other.texts.length > 0,
  );
  const found = texts.length > 0 ? texts : (sibling?.texts ?? []);
  if (found.length === 0) {
    throw new Error(`${name} is bundled but has no licence text in its package; find it, or do without it`);
  }
  return found.join('\n\n');
}
