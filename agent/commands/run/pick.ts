import type { Eni } from '../../claim/facts.ts';
import type { InterfaceConfig } from '../../config/model.ts';
import { isAvailable } from '../../plan/eni-source.ts';
import { holderOf } from '../../plan/node-port-holders.ts';
import { isSelected } from '../../plan/selected.ts';
import type { Source } from '../../plan/steps.ts';
import type { RunContext } from './context.ts';

/** For so long, in ms, an ENI that was lost is not tried again, whatever a listing shows. */
const lostMs = 10_000;

/**
 * Which of the ENIs made beforehand to try next. This interface's own of an earlier run; else one that has kept, from a
 * node that is gone, an address that this interface is to have one of, and which no other ENI could be given; else any:
 * nodes that all took the first would all but one be in vain. What another interface could take as well, or has its
 * address on, is left to it, if there is a choice.
 */
export function pick(
  found: readonly Eni[],
  context: RunContext,
  { config, own }: Extract<Source, { kind: 'claim' }>,
): Eni | undefined {
  const { claims, clock, random } = context;
  const isLost = ({ id }: Eni) => clock.now() - (claims.lostAt.get(id) ?? Number.NEGATIVE_INFINITY) < lostMs;
  const left = found.filter((eni) => isAvailable(eni) && !claims.enis.has(eni.id) && !isLost(eni));
  const others = context.config.interfaces.filter((each) => each.name !== config.name);
  const sharing = (eni: Eni) =>
    others.filter((each) => each.existing !== undefined && isSelected(eni, each, context));
  const [choice = []] = [
    left.filter((eni) => hasPerNode(eni, config)),
    left.filter((eni) => sharing(eni).length === 0),
    left.filter((eni) => !sharing(eni).some((each) => hasPerNode(eni, each))),
    left,
  ].filter(({ length }) => length > 0);
  return left.find(({ id }) => id === own?.id) ?? choice[Math.floor(random() * choice.length)];
}

/** Whether the ENI has an address of one of the interface's `PerNode` lists. */
function hasPerNode(eni: Eni, { nodePort = [] }: InterfaceConfig): boolean {
  return nodePort.some(
    ({ mode, addresses }) => mode === 'PerNode' && addresses.some((each) => holderOf(each, [eni])),
  );
}
