import type { Eni } from '../claim/facts.ts';
import type { Range } from '../claim/range.ts';
import type { InterfaceConfig } from '../config/model.ts';
import type { OpenIntent } from './observation.ts';

/** A subnet in which an ENI may be created. */
export interface SubnetChoice {
  subnetId: string;
  /** The addresses that may be claimed, in order; undefined where EC2 chooses. */
  free: readonly Range[] | undefined;
}

/** Where an interface's ENI comes from. */
export type Source =
  /** It is attached already. */
  | { kind: 'attached'; eni: Eni }
  /** An earlier run of this instance created it and did not attach it. */
  | { kind: 'adopt'; eni: Eni }
  /** An earlier run may have created it, but EC2 does not show it: the same create again tells. */
  | { kind: 'recover'; intent: OpenIntent }
  | { kind: 'create' };

/** One interface's way from what is there to what is wanted. */
export interface InterfacePlan {
  config: InterfaceConfig;
  source: Source;
  deviceIndex: number;
  /** The attached ENI's, else the configured one. */
  networkCard: number;
  /** In the order in which to try them; empty if the ENI is there. */
  choices: readonly SubnetChoice[];
  /** The address of the first try; undefined where EC2 chooses or the ENI is there. */
  address: string | undefined;
  setDeleteOnTermination: boolean;
  setSourceDestCheck: boolean;
}

export interface Plan {
  interfaces: readonly InterfacePlan[];
  /** ENIs that this instance's earlier runs made, and nothing needs or uses. */
  surplus: readonly Eni[];
  /** What earlier runs may have created, unseen by EC2's listings, for interfaces that are not configured any more. */
  abandoned: readonly OpenIntent[];
  warnings: readonly string[];
}
