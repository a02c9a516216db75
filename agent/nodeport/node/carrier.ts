import { readFileSync } from 'node:fs';

const IFF_UP = 1;

/** Whether the link is there, up, and has a carrier. */
export function hasCarrier(name: string): boolean {
  const read = (file: string) => readFileSync(`/sys/class/net/${name}/${file}`, 'utf8').trim();
  try {
    // The kernel knows of no carrier, not even of none, while the link is down.
    return (Number(read('flags')) & IFF_UP) !== 0 && read('carrier') === '1';
  } catch {
    return false;
  }
}
