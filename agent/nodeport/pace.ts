/** How often what is done, in ms. A dead holder is to be found out, and its address moved, within five seconds. */

/** From one probe of the holder to the next. */
export const probeMs = 400;
/** Of those who would be too late anyway: a holder is not to answer hundreds of nodes twice a second. */
export const lateProbeMs = 5_000;
/** How many candidates probe often. */
export const quickRanks = 5;
/** Not answered in a row: then a holder that has answered before is taken for dead. */
export const missesUntilDead = 4;

/** Of a kind that the holder has never answered: then that is told. */
export const missesUntilTold = 30;

/** Before an address is taken from a running instance its node is probed once more, so often and for so long. */
export const lastProbes = { eachMs: 100, forMs: 250 };

/** From one look at EC2 to the next, while nothing happens; up to a fifth more, so that nodes do not look together. */
export const lookMs = 60_000;
/** IMDS is this node's own, and costs nobody anything: it tells whether an address has come here, or has gone. */
export const imdsMs = 5_000;
/** After a move, until IMDS shows it: seconds as a rule. */
export const confirmMs = { each: 500, most: 15_000 };
/** Of the holder's own health. */
export const healthMs = 500;
export const gatewayMs = 3_000;

/** Each rank lets those before it come so much earlier: a take-over takes about so long. */
export const rankMs = 1_000;
/** Later ranks than this are spread by chance alone. */
export const lastRank = 8;
/** Beside the rank: two nodes that take themselves for the same one. */
export const jitterMs = 250;
/** Where this node would not serve what arrives: others come first, if there are any. */
export const notServingMs = 3_000;

/** EC2 may show the former holder for so long after a move, and calls it off only if it shows a third one. */
export const trustMs = 30_000;
/** After a move nobody takes from a running instance. */
export const holdDownMs = 30_000;
/** So many moves seen from running instances in so long: then this node stops taking from them. */
export const moveLimit = { count: 6, withinMs: 3_600_000 };
/**
 * Until a take-over that could not be is thought of again, doubling up to the other: what only EC2's answer is missing to,
 * sooner, and sooner still what this node can find out by itself.
 */
export const retryMs = {
  first: 2_000,
  mostIfOwn: 2_000,
  mostForEc2: 10_000,
  most: 60_000,
  mostIfRefused: 900_000,
};
/** Who has been given the address keeps it for so long, whatever is amiss here: all nodes' looks are to see each move. */
export const keepMs = 60_000;
/** Until a hand-over that could not be is thought of again. */
export const handOverAgainMs = 60_000;
/** All of a hand-over: the process is about to end, or else nothing presses. */
export const handOverMs = { last: 9_000, otherwise: 60_000 };

/** For one call to EC2 of a move, its retries included. */
export const callMs = 10_000;
/** The same where the process is about to end. */
export const lastCallMs = 3_000;
/** The VPC delivers to the former holder for about 1.2 s after a move: it stays there for so long. */
export const convergenceMs = 1_500;
