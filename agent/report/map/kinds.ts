/**
 * What an address of a subnet can be. An address that is several counts as the first of them: what an ENI holds
 * inside a reservation is the ENI's.
 */
export const kinds = [
  'mine',
  'ours',
  'other',
  'nodePort',
  'secondary',
  'prefix',
  'reserved',
  'explicit',
  'prefixReservation',
  'forNodePort',
  'podRange',
  'within',
  'free',
] as const;
export type Kind = (typeof kinds)[number];

/** The sign of each kind, that tells it apart without colour, and its name, in at most 29 characters. */
export const signs: Readonly<Record<Kind, { glyph: string; label: string }>> = {
  mine: { glyph: '@', label: 'this node' },
  ours: { glyph: 'O', label: 'our other nodes' },
  other: { glyph: '#', label: "other ENIs' primary addresses" },
  nodePort: { glyph: 'N', label: 'NodePort addresses' },
  secondary: { glyph: 'p', label: 'secondary addresses: pods' },
  prefix: { glyph: '=', label: 'delegated prefixes: pods' },
  reserved: { glyph: 'x', label: "EC2's own" },
  explicit: { glyph: 'r', label: 'free, explicit reservation' },
  prefixReservation: { glyph: '/', label: 'free, prefix reservation' },
  forNodePort: { glyph: 'n', label: 'free, for NodePort' },
  podRange: { glyph: ':', label: "free, pods' part (podRange)" },
  within: { glyph: '-', label: "free, workers' part (within)" },
  free: { glyph: '.', label: 'free' },
};

const held: readonly Kind[] = ['mine', 'ours', 'other', 'nodePort', 'secondary', 'prefix'];

/** Whether an ENI holds addresses of that kind. */
export function isHeld(kind: Kind): boolean {
  return held.includes(kind);
}
