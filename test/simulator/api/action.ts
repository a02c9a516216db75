import type { Answer } from '../http/xml.ts';
import type { World } from '../model/world.ts';
import type { Params } from './params.ts';

/** One action of the API. */
export interface Action {
  /** Its parameters: one that is not here is an error, as with EC2. */
  parameters: readonly string[];
  required?: readonly string[];
  /** Of what the caller needs permission, in ARNs after the account: `network-interface/*`. */
  resource?: (params: Params) => string;
  run(world: World, params: Params): { [member: string]: Answer };
}
