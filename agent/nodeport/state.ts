/** What the watcher knows of one floating address: what `nodeport status` prints, and the metrics tell. */
export interface AddressState {
  address: string;
  /** The link that carries it here. */
  interface: string;
  role: 'holder' | 'candidate';
  /** Undefined: nobody holds it, or it is not known yet. */
  holder: HolderState | undefined;
  /** The last moves that this node has seen, or made, the newest first. */
  moves: Move[];
  /** The nodes that may take it over, as last listed, the first to do so first; this one among them. */
  candidates: Candidate[];
  /** Probes of the holder by this node, one entry for each kind. */
  probes: ProbeState[];
  /** Why this node would not take it over now, in words; undefined: it would. */
  held: string | undefined;
  /** The same as a word that never changes its form. */
  heldBy?: HeldBy | undefined;
  /** ISO 8601, of EC2's last answer. */
  seenAt: string | undefined;
}

export interface HolderState {
  eniId: string;
  /** Undefined where the ENI is not attached to an instance. */
  instanceId: string | undefined;
  nodeAddress: string | undefined;
  /** EC2's word on the instance: `running`, `stopped`… */
  instanceState: string | undefined;
  /** ISO 8601: since when this node has seen it so. */
  since: string;
}

export interface Move {
  /** ISO 8601. */
  at: string;
  /** Instance ids, or an ENI's where there is none; undefined: nobody. */
  from: string | undefined;
  to: string | undefined;
  /** `taken over`, `handed over`, `claimed`, `seen`: by whom this node knows of it. */
  how: 'claimed' | 'taken over' | 'handed over' | 'seen';
  why: string;
  /** It was taken from an instance that ran, as far as this node can tell: such moves are bounded. */
  isCounted?: true;
}

/** What kinds of things keep a node from taking an address over. */
export type HeldBy = 'ec2' | 'carrier' | 'router' | 'foreign' | 'limit' | 'service' | 'refused' | 'race';

export interface Candidate {
  instanceId: string;
  eniId: string;
  nodeAddress: string | undefined;
}

export interface ProbeState {
  kind: 'icmp' | 'tcp';
  /** Whether the holder has ever answered such a probe since it holds the address. */
  everAnswered: boolean;
  /** Not answered in a row. */
  misses: number;
}
