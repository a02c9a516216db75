import { Ec2Error } from '../../ec2/port.ts';

/**
 * An error of a call on an ENI that was made beforehand: that it does not exist is final, since a listing showed it
 * just now, long after it was made.
 */
export function finalIfGone(error: unknown): unknown {
  return error instanceof Ec2Error && /^InvalidNetworkInterface(ID)?\.NotFound$/.test(error.code)
    ? new Ec2Error(error.action, 'notFound', error.code, error.message, { cause: error })
    : error;
}
