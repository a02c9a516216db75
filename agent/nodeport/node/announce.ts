import { isIpv6 } from '../../claim/range.ts';
import { messageOf } from '../../failure.ts';
import { tryCommand } from '../../host/command.ts';
import type { Log } from '../../report/log.ts';

const boundMs = 2_000;

/**
 * Tells the link's neighbours by gratuitous ARP who has the address now. The VPC needs none: this is for other
 * networks, and for what stands between. Nothing on the host sends the like for IPv6.
 */
export async function announce(link: string, address: string, log: Log): Promise<void> {
  if (isIpv6(address)) {
    return;
  }
  const args = ['-U', '-c', '2', '-I', link, '-s', address, address];
  const said = await tryCommand('arping', args, AbortSignal.timeout(boundMs)).then(
    (result) => (result.ok ? 'done' : result.said),
    messageOf,
  );
  log.debug(`${address} announced on ${link} by arping: ${said}`);
}
