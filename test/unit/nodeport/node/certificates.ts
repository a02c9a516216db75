import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate with its key, as PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** A CA, and certificates of it: of a server at an IP address, and of clients. No more of X.509 than that takes. */
export function certificates(): { ca: string; server: Certificate; client(name: string): Certificate } {
  const root = keyPair();
  const ca = issue('test CA', root.publicKey, root.privateKey, [
    extension('2.5.29.19', der(0x30, der(0x01, [0xff]))),
  ]);
  const one = (name: string, extensions: Buffer[]): Certificate => {
    const { publicKey, privateKey } = keyPair();
    return {
      cert: issue(name, publicKey, root.privateKey, extensions),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  };
  const loopback = extension('2.5.29.17', der(0x30, der(0x87, [127, 0, 0, 1])));
  return { ca, server: one('server', [loopback]), client: (name) => one(name, []) };
}

function keyPair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function issue(name: string, key: KeyObject, issuer: KeyObject, extensions: Buffer[]): string {
  const algorithm = der(0x30, oid('1.2.840.10045.4.3.2'));
  const commonName = (text: string) =>
    der(0x30, der(0x31, der(0x30, oid('2.5.4.3'), der(0x0c, Buffer.from(text)))));
  const body = der(
    0x30,
    der(0xa0, der(0x02, [2])),
    der(0x02, Buffer.from([1, ...Buffer.from(name)])),
    algorithm,
    commonName('test CA'),
    der(0x30, der(0x18, Buffer.from('20200101000000Z')), der(0x18, Buffer.from('21200101000000Z'))),
    commonName(name),
    createPublicKey(key.export({ type: 'spki', format: 'pem' })).export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, der(0x30, ...extensions))] : []),
  );
  const signature = der(0x03, [0], sign('sha256', body, issuer));
  const base64 = der(0x30, body, algorithm, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

function extension(id: string, value: Buffer): Buffer {
  return der(0x30, oid(id), der(0x04, value));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = rest.flatMap((part) => {
    const groups = [part & 127];
    for (let left = part >> 7; left > 0; left >>= 7) {
      groups.unshift((left & 127) | 128);
    }
    return groups;
  });
  return der(0x06, [first * 40 + second, ...bytes]);
}

function der(tag: number, ...parts: (Buffer | number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
