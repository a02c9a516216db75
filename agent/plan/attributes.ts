import type { Eni } from '../claim/facts.ts';
import type { InterfaceConfig } from '../config/model.ts';
import { isMade } from './tags.ts';

/** The attributes of an ENI to be changed; what is absent is as configured, or left alone. */
export interface AttributeChanges {
  deleteOnTermination?: boolean;
  sourceDestCheck?: boolean;
}

/**
 * What ModifyNetworkInterfaceAttribute is to change. An interface that has become `existing`, or is so no more, keeps
 * the ENI that is attached, as it is: a user's must not be deleted with the instance.
 *
 * @param eni undefined: it is still to be created or chosen
 * @param isAttached whether it stays in its present attachment: a new one begins without DeleteOnTermination
 */
export function attributeChanges(
  config: InterfaceConfig,
  eni: Eni | undefined,
  isAttached: boolean,
): AttributeChanges {
  if (isAttached && eni !== undefined && isMade(eni) !== (config.existing === undefined)) {
    return {};
  }
  const { deleteOnTermination, sourceDestCheck } = config;
  const present = {
    deleteOnTermination: (isAttached ? eni?.attachment?.deleteOnTermination : undefined) ?? false,
    sourceDestCheck: eni?.sourceDestCheck ?? true,
  };
  return {
    ...(deleteOnTermination === undefined || deleteOnTermination === present.deleteOnTermination
      ? {}
      : { deleteOnTermination }),
    ...(sourceDestCheck === undefined || sourceDestCheck === present.sourceDestCheck
      ? {}
      : { sourceDestCheck }),
  };
}
