import type { Loaded } from '../../config/load.ts';
import type { Identity } from '../../imds/port.ts';
import type { AskContext } from '../run/ask.ts';
import { connect } from '../run/node.ts';
import type { Shell } from '../shell.ts';

/** EC2 as a status asks it; the way to it may lead through a proxy that the node's user data names. */
export async function ec2Context(
  shell: Shell,
  identity: Identity,
  loaded: Loaded | undefined,
  signal: AbortSignal,
): Promise<AskContext> {
  return { ...shell, ec2: connect(shell, identity, loaded ?? { nodeConfigs: [] }), signal };
}
