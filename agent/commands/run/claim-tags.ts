import type { Eni } from '../../claim/facts.ts';
import { Ec2Error } from '../../ec2/port.ts';
import { carrierTags, claimTags, missingTags, noManage } from '../../plan/tags.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';
import { finalIfGone } from './gone.ts';

/**
 * Keeps the VPC CNI off an ENI that was made beforehand, which it would adopt at the attach. Answers whether the ENI
 * is there: someone may have deleted it since it was listed.
 */
export async function tagUnmanaged(context: RunContext, name: string, eni: Eni): Promise<boolean> {
  const tags = missingTags(eni, noManage);
  if (Object.keys(tags).length === 0) {
    return true;
  }
  const outcome = await ask(
    context,
    `tag ${eni.id} for ${name}`,
    async (signal) => {
      try {
        await context.ec2.createTags(eni.id, tags, signal);
      } catch (error) {
        throw finalIfGone(error);
      }
    },
    ['notFound'],
  );
  return !(outcome instanceof Ec2Error);
}

/**
 * Gives an ENI that is attached here, and no one else's to take, the tags of its claim. All of them, if it was listed
 * before the attach: what it had then may have been taken off since, as a dead instance's.
 *
 * @param floating the NodePort addresses that this node is to carry there
 */
export async function tagClaimed(
  context: RunContext,
  name: string,
  eni: Eni,
  floating: readonly string[],
): Promise<void> {
  const { config, instance } = context;
  const claim = { ...claimTags(name, instance.instanceId, config.cluster), ...carrierTags(floating) };
  const tags = eni.attachment === undefined ? claim : missingTags(eni, { ...noManage, ...claim });
  if (Object.keys(tags).length > 0) {
    await ask(context, `tag ${eni.id} for ${name}`, (signal) => context.ec2.createTags(eni.id, tags, signal));
  }
}
