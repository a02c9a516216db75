import type { Action } from '../api/action.ts';
import { flag, integer, requiredText } from '../api/params.ts';
import { ApiError } from '../model/api-error.ts';
import { attachEni, detachEni } from '../model/attachments.ts';
import { idOf } from '../model/ids.ts';
import { visibleEniId } from './enis.ts';

/** [?] EC2's own bound is not documented. */
const largestIndex = 255;

export const attachNetworkInterface: Action = {
  parameters: ['NetworkInterfaceId', 'InstanceId', 'DeviceIndex', 'NetworkCardIndex'],
  required: ['NetworkInterfaceId', 'InstanceId', 'DeviceIndex'],
  resource: (params) => `instance/${requiredText(params, 'InstanceId')}`,
  run(world, params) {
    const instanceId = idOf('i', requiredText(params, 'InstanceId'));
    const deviceIndex = integer(params, 'DeviceIndex', 0, largestIndex) ?? 0;
    const networkCard = integer(params, 'NetworkCardIndex', 0, largestIndex);
    const eniId = visibleEniId(world, params);
    const attachment = attachEni(world, { eniId, instanceId, deviceIndex, networkCard });
    return { attachmentId: attachment.id, networkCardIndex: attachment.networkCard };
  },
};

export const detachNetworkInterface: Action = {
  parameters: ['AttachmentId', 'Force'],
  required: ['AttachmentId'],
  resource: () => 'network-interface/*',
  run(world, params) {
    flag(params, 'Force');
    const id = requiredText(params, 'AttachmentId');
    if (id.startsWith('ela-attach-')) {
      throw new ApiError('OperationNotPermitted', "You are not allowed to manage 'ela-attach' attachments.");
    }
    detachEni(world, idOf('eni-attach', id));
    return { return: true };
  },
};
