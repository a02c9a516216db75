import type { FaultKind } from '../../simulator/api/faults.ts';
import { text } from '../../simulator/api/params.ts';
import type { World } from '../../simulator/model/world.ts';
import type { Chance } from '../chance.ts';
import type { Call } from '../region.ts';

interface Trouble {
  /** The calls that may meet it. */
  action: RegExp;
  weight: number;
  kind: (chance: Chance) => FaultKind;
  /** EC2 errs, and is not to be seen where it should be; it does not deny what it has said or done. */
  isPossible?: (world: World, call: Call) => boolean;
}

/** A create of which nothing has come yet: of another, EC2's answer is the ENI. */
function isNew({ tokens }: World, { params }: Call): boolean {
  return !tokens.has(text(params, 'ClientToken') ?? '');
}

/** Of an ENI that has been there for long, no part of EC2 says that it does not exist. */
function isYoung({ store }: World, { params }: Call): boolean {
  const eni = store.findEni(text(params, 'NetworkInterfaceId') ?? '');
  return eni?.tags['multus-bootstrap.io/created'] === 'true';
}

const any = /./;
const named = /^(Attach|Modify)/;

function error(code: string, message: string, status = 400): () => FaultKind {
  return () => ({ error: { code, message, status } });
}

/** What time can heal. */
const troubles: readonly Trouble[] = [
  { action: any, weight: 3, kind: error('RequestLimitExceeded', 'Request limit exceeded.', 503) },
  { action: any, weight: 2, kind: error('InternalError', 'An internal error has occurred', 500) },
  { action: any, weight: 2, kind: error('Unavailable', 'The server is overloaded', 503) },
  { action: any, weight: 5, kind: () => 'lostAnswer' },
  { action: any, weight: 2, kind: () => 'reset' },
  { action: any, weight: 1, kind: () => 'hang' },
  { action: any, weight: 2, kind: (chance) => ({ delayMs: chance.between(100, 20_000) }) },
  { action: any, weight: 0.3, kind: error('RequestExpired', 'Request has expired.') },
  {
    action: any,
    weight: 0.2,
    kind: error('AuthFailure', 'AWS was not able to validate the provided access credentials', 401),
  },
  {
    action: named,
    weight: 2,
    isPossible: isYoung,
    kind: error('InvalidNetworkInterfaceID.NotFound', "The networkInterface ID 'eni-x' does not exist"),
  },
  {
    action: /^(Attach|CreateTags)/,
    weight: 1,
    kind: error('InvalidInstanceID.NotFound', "The instance ID 'i-x' does not exist"),
  },
  {
    action: /^Attach/,
    weight: 2,
    kind: error('IncorrectState', "Instance 'i-x' is not 'running' or 'stopped'"),
  },
  {
    action: /^Attach/,
    weight: 1,
    kind: error('InvalidNetworkInterface.InUse', 'Interface: [eni-x] in use.'),
  },
  {
    action: /^Attach/,
    weight: 1,
    kind: error(
      'InvalidParameterValue',
      "Instance 'i-x' already has an interface attached at device index '1'.",
    ),
  },
  {
    action: /^(ModifyNetworkInterface|Detach)/,
    weight: 1,
    kind: error('InvalidAttachmentID.NotFound', "The attachment ID 'eni-attach-x' does not exist"),
  },
  {
    action: /^DeleteNetworkInterface/,
    weight: 2,
    kind: error('InvalidParameterValue', "Network interface 'eni-x' is currently in use."),
  },
  {
    action: /^CreateNetworkInterface/,
    isPossible: isNew,
    weight: 2,
    kind: error('InvalidIPAddress.InUse', 'The specified address is already in use.'),
  },
  {
    action: /^CreateNetworkInterface/,
    isPossible: isNew,
    weight: 0.5,
    kind: error('InvalidParameterValue', "Address is in subnet's reserved address range"),
  },
  {
    action: /^CreateNetworkInterface/,
    isPossible: isNew,
    weight: 0.5,
    kind: error(
      'InsufficientFreeAddressesInSubnet',
      'The specified subnet does not have enough free addresses to satisfy the request.',
    ),
  },
];

/** One that this call may meet. */
export function drawTrouble(chance: Chance, world: World, call: Call): FaultKind {
  const possible = troubles.filter(
    (each) => each.action.test(call.action) && (each.isPossible?.(world, call) ?? true),
  );
  return chance.weighted(...possible.map(({ weight, kind }) => [weight, kind] as const))(chance);
}
