import type { KubeletSettings } from './node-config.ts';

const flag = '--register-with-taints';

/** The taint of a node that joined without its Multus interfaces. */
export const ourTaint = 'multus-bootstrap.io/not-ready:NoSchedule';

/** How to take our taint away: a node may not do that itself (NodeRestriction). `nodeName` is its host name on EKS. */
export function taintRemoval(nodeName: string): string {
  return `once its interfaces are whole: kubectl taint nodes ${nodeName} ${ourTaint}-`;
}

/** The taints of the last `--register-with-taints` among the flags, which is the one that counts; undefined if none. */
export function taintsOfFlags(flags: readonly string[]): string[] | undefined {
  let taints: string[] | undefined;
  // systemd takes quotes away as it splits kubelet's arguments; a taint has none of its own.
  const words = flags.map((each) => each.replaceAll(/["']/g, ''));
  for (const [index, word] of words.entries()) {
    if (word.startsWith(`${flag}=`)) {
      taints = split(word.slice(flag.length + 1));
    }
    if (word === flag) {
      taints = split(words[index + 1] ?? '');
    }
  }
  return taints;
}

/**
 * The one flag by which kubelet registers with our taint and all of the user's. A repeated flag replaces the
 * earlier one, and the flag replaces `registerWithTaints` of kubelet's config: ours must carry them all. Of a
 * key and effect the first holds, since a node may have them once only.
 */
export function taintFlag(settings: readonly KubeletSettings[]): string {
  const byFlag = taintsOfFlags(settings.flatMap((each) => each.flags)) ?? [];
  // The arrays of a later source replace those of an earlier one.
  const byConfig =
    settings.findLast((each) => each.registerWithTaints !== undefined)?.registerWithTaints ?? [];
  const union = new Map<string, string>();
  for (const taint of [ourTaint, ...byFlag, ...byConfig]) {
    const identity = taint.replace(/=[^:]*/, '');
    if (!union.has(identity)) {
      union.set(identity, taint);
    }
  }
  return `${flag}=${[...union.values()].join(',')}`;
}

function split(list: string): string[] {
  return list.split(',').filter((taint) => taint !== '');
}
