/** How long everything takes that is not the agent's, in ms. */
export const latencies = {
  describe: 250,
  create: 600,
  attach: 900,
  /** From the attach's effect, which is when the call comes in: its answer comes `attach` later. */
  device: 1500,
  modify: 200,
  imds: 2,
} as const;

/** For the simulator: each action's own. */
export const actionLatencies: Readonly<Record<string, number>> = {
  '*': latencies.describe,
  CreateNetworkInterface: latencies.create,
  AttachNetworkInterface: latencies.attach,
  ModifyNetworkInterfaceAttribute: latencies.modify,
};

/** Requests to IMDS of which each needs the one before: token, role beside identity and user data, credentials. */
export const imdsRequests = 3;

/**
 * The longest chain of necessary waits up to the open gate, with programs that take no time: IMDS, one round of
 * describes, a create, then the device, beside which the attach is answered and DeleteOnTermination set.
 */
export const floorMs =
  imdsRequests * latencies.imds +
  latencies.describe +
  latencies.create +
  Math.max(latencies.device, latencies.attach + latencies.modify);
