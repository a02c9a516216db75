import type { Action } from '../api/action.ts';
import { attribute, flag, type Params, requiredText, text, texts } from '../api/params.ts';
import { ApiError } from '../model/api-error.ts';
import { deleteEni, type EniChange, modifyEni } from '../model/enis.ts';
import { idOf, notFound } from '../model/ids.ts';
import type { World } from '../model/world.ts';

/** The id of an ENI that a call names, once EC2 sees it. */
export function visibleEniId(world: World, params: Params): string {
  const id = idOf('eni', requiredText(params, 'NetworkInterfaceId'));
  if (world.store.visibleEni(id) === undefined) {
    throw notFound('eni', id);
  }
  return id;
}

/** The ARN, after the account, of the ENI that a call names. */
export function eniResource(params: Params): string {
  return `network-interface/${requiredText(params, 'NetworkInterfaceId')}`;
}

export const deleteNetworkInterface: Action = {
  parameters: ['NetworkInterfaceId'],
  required: ['NetworkInterfaceId'],
  resource: eniResource,
  run(world, params) {
    deleteEni(world, visibleEniId(world, params));
    return { return: true };
  },
};

const attributes = ['SourceDestCheck', 'Attachment', 'Description', 'SecurityGroupId'];

export const modifyNetworkInterfaceAttribute: Action = {
  parameters: ['NetworkInterfaceId', ...attributes],
  required: ['NetworkInterfaceId'],
  resource: eniResource,
  run(world, params) {
    modifyEni(world, visibleEniId(world, params), changeOf(params));
    return { return: true };
  },
};

/** One attribute a call: EC2's own rule. */
function changeOf(params: Params): EniChange {
  const given = attributes.filter((name) => params[name] !== undefined);
  if (given.length === 0) {
    throw new ApiError('MissingParameter', 'The request must contain exactly one attribute to modify');
  }
  if (given.length > 1) {
    throw new ApiError(
      'InvalidParameterCombination',
      `Fields for multiple attribute types specified: ${given.join(', ')}`,
    );
  }
  const sourceDestCheck = attribute(params, 'SourceDestCheck');
  if (sourceDestCheck !== undefined) {
    return { sourceDestCheck: requiredFlag(sourceDestCheck, 'Value') };
  }
  const description = attribute(params, 'Description');
  if (description !== undefined) {
    return { description: text(description, 'Value') ?? '' };
  }
  const attachment = attribute(params, 'Attachment');
  if (attachment !== undefined) {
    return {
      attachmentId: idOf('eni-attach', requiredText(attachment, 'AttachmentId')),
      deleteOnTermination: requiredFlag(attachment, 'DeleteOnTermination'),
    };
  }
  return { securityGroups: texts(params, 'SecurityGroupId').map((id) => idOf('sg', id)) };
}

function requiredFlag(params: Params, name: string): boolean {
  requiredText(params, name);
  return flag(params, name) ?? false;
}
