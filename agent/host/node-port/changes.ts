import type { NodePortLink } from '../../nodeport/setup.ts';
import type { LinkChange } from '../port.ts';
import { versionOf } from './items.ts';
import type { Order } from './orders.ts';

/** What was done, link by link, in words. */
export function changesOf(
  links: readonly NodePortLink[],
  done: readonly Order[],
  hasNewRuleset: boolean,
): LinkChange[] {
  const names = new Set([...links.map(({ name }) => name), ...done.map(({ item }) => item.link)]);
  return [...names]
    .map((name): LinkChange => {
      const link = links.find((each) => each.name === name);
      const own = done.filter(({ item }) => item.link === name).map((order) => inWords(order, link));
      const marks = hasNewRuleset && link !== undefined ? ['connection marks'] : [];
      return { name, changes: [...new Set([...own, ...marks])] };
    })
    .filter(({ changes }) => changes.length > 0);
}

function inWords({ item, isRemoval }: Order, link: NodePortLink | undefined): string {
  if (item.kind === 'address') {
    return `address ${item.key.replace(/\/.*/, '')}${isRemoval ? ' removed' : ''}`;
  }
  const isLeft = link?.addresses.some(({ address }) => versionOf(address) === item.version) === true;
  return `IPv${item.version} way back${isLeft ? '' : ' removed'}`;
}
