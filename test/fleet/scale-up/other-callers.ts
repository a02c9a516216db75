import { rateOf } from '../../simulator/api/buckets.ts';
import { ApiError } from '../../simulator/model/api-error.ts';
import type { Region } from '../region.ts';

const actions = [
  'AttachNetworkInterface',
  'CreateNetworkInterface',
  'DescribeInstances',
  'DescribeNetworkInterfaces',
  'DescribeSubnets',
  'GetSubnetCidrReservations',
];

/** They get what they are after: throttled, they try again after this, in ms. */
const insistMs = 20;

/** Someone of the same account who uses up that share of EC2's rate for each action. Answers how to stop them. */
export function callBeside(region: Region, share: number): () => void {
  let isOver = false;
  const callAfter = (ms: number, action: string, everyMs: number) => {
    region.time.at(region.time.now() + ms, () => {
      if (!isOver) {
        const isServed = takeToken(region, action);
        callAfter(isServed ? everyMs : insistMs, action, everyMs);
      }
    });
  };
  for (const action of share > 0 ? actions : []) {
    const everyMs = 1000 / (share * rateOf(action, { MaxResults: '1000' }).refill);
    callAfter(everyMs, action, everyMs);
  }
  return () => {
    isOver = true;
  };
}

/** EC2 throttles before it looks at the request: this one, which is wrong, costs what a right one does. */
function takeToken(region: Region, action: string): boolean {
  try {
    region.perform({ instanceId: undefined, action, params: { MaxResults: '1000', DryRun: 'true' } });
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    return error.code !== 'RequestLimitExceeded';
  }
  throw new Error(`EC2 took a wrong ${action} for a right one`);
}
