import type { KubeletSettings } from './node-config.ts';

/**
 * nodeadm's `maxPodsExpression` (CEL) that leaves out the ENIs which Multus takes from the VPC CNI: the same as
 * nodeadm's default, `(default_enis * (ips_per_eni - 1)) + 2`, with fewer ENIs. Only the default network card
 * counts: the VPC CNI uses no other by default.
 */
export function maxPodsExpression(multusEnis: number): string {
  return `((default_enis - ${multusEnis}) * (ips_per_eni - 1)) + 2`;
}

export interface MaxPodsPlan {
  expression: string | undefined;
  warnings: string[];
}

/**
 * Whether to write an expression, and what the user must know. `multusEnis` are on network card 0, of whose
 * `cardEnis` one at least, the primary, must be left for pods: nodeadm drops an expression that is not positive.
 */
export function planMaxPods(
  multusEnis: number,
  cardEnis: number,
  settings: readonly { name: string; settings: KubeletSettings }[],
): MaxPodsPlan {
  if (multusEnis === 0) {
    return { expression: undefined, warnings: [] };
  }
  const theirs = settings.findLast((each) => each.settings.maxPodsExpression !== undefined);
  const fixed = settings.findLast((each) => each.settings.setsMaxPods);
  const enis = multusEnis === 1 ? 'the ENI' : `the ${multusEnis} ENIs`;
  const warnings = [];
  if (fixed !== undefined) {
    warnings.push(
      `${fixed.name} sets kubelet.config.maxPods, which goes before any expression: it must leave out ` +
        `${enis} of Multus itself (Karpenter: set RESERVED_ENIS=${multusEnis})`,
    );
  }
  if (theirs !== undefined) {
    warnings.push(
      `${theirs.name} has a maxPodsExpression of its own, which is kept: it must leave out ${enis} ` +
        `of Multus itself, as in "${maxPodsExpression(multusEnis)}"`,
    );
    return { expression: undefined, warnings };
  }
  if (multusEnis >= cardEnis) {
    warnings.push(
      `maxPods is not adjusted: Multus takes ${multusEnis} ENIs of network card 0, which carries ${cardEnis}, ` +
        'and leaves none for pods',
    );
    return { expression: undefined, warnings };
  }
  return { expression: maxPodsExpression(multusEnis), warnings };
}
