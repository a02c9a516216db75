import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { execa } from 'execa';

/** Nothing in an archive tells when, where or by whom it was made. */
const reproducible = [
  '--format=ustar',
  '--sort=name',
  '--mtime=1980-01-01T00:00:00Z',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--mode=u=rwX,go=rX',
];

/** Packs a folder under its name. The same content gives the same bytes. */
export async function pack(folder: string, archive: string): Promise<void> {
  const temporary = `${archive}.${process.pid}.tmp`;
  const tar = execa('tar', [...reproducible, '--create', '--directory', dirname(folder), basename(folder)], {
    buffer: false,
  });
  // Node's gzip is pinned with Node, and writes no name and no time.
  await Promise.all([tar, pipeline(tar.stdout, createGzip(), createWriteStream(temporary))]);
  await rename(temporary, archive);
}

/** What to compare an archive with: its size and hash. */
export async function describe(archive: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(archive), hash);
  const { size } = await stat(archive);
  return `${archive}: ${(size / 2 ** 20).toFixed(1)} MiB, sha256 ${hash.digest('hex')}`;
}
