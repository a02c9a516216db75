import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import { execa } from 'execa';
import { until } from '../vm/bounds.ts';

/** moto, which stands in for EC2. */
export interface Moto {
  url: string;
  ec2: EC2Client;
  /** For clients: nothing of this machine's own configuration reaches them. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

const likeAmazons = {
  state: 'available',
  public: true,
  owner_id: '602401143452',
  image_location: 'amazon',
  image_type: 'machine',
  architecture: 'x86_64',
  description: '',
  hypervisor: 'xen',
  virtualization_type: 'hvm',
  root_device_type: 'ebs',
  root_device_name: '/dev/xvda',
  platform: null,
  sriov: 'simple',
};

/** @param images the AMIs that there are */
export async function startMoto(
  folder: string,
  region: string,
  images: { ami_id: string; name: string }[],
): Promise<Moto> {
  const imagesFile = join(folder, 'moto-images.json');
  await writeFile(imagesFile, JSON.stringify(images.map((image) => ({ ...likeAmazons, ...image }))));
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const port = 5000;
  const url = `http://127.0.0.1:${port}`;
  const server = execa(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', join(caches, 'multus-bootstrap/moto-5.2.5/bin/moto_server')],
      ...['--host', '127.0.0.1', '--port', String(port)],
    ],
    { reject: false, stdin: 'ignore', all: true, env: { MOTO_AMIS_PATH: imagesFile } },
  );
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const ec2 = new EC2Client({ endpoint: url, region, credentials });
  await until(
    'moto to answer',
    async () => {
      if (server.exitCode !== null) {
        throw new Error(`moto has ended: ${(await server).all}`);
      }
      return (await fetch(url).catch(() => undefined)) && true;
    },
    60_000,
  );
  return {
    url,
    ec2,
    env: { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
    async stop() {
      ec2.destroy();
      server.kill();
      await server;
    },
  };
}
