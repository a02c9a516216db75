/** An address that this instance was about to have assigned to an ENI: it is its to take off again. */
export interface AddressClaim {
  eniId: string;
  /** In canonical form. */
  address: string;
}
