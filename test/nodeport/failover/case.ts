import type { Scene } from './scene.ts';

/** What befalls the nodes of a scene, and what is to come of it. */
export interface Case {
  name: string;
  title: string;
  /** 3 by default. */
  nodes?: number;
  version?: 6;
  probesService?: true;
  /** The VPC stops delivering at once what is taken off an ENI; otherwise it converges to that too. */
  dropsAtOnce?: true;
  /** How many moves there are to be. */
  moves: 0 | 1;
  /** The holder hands it over itself; otherwise another node takes it. */
  handsOver?: true;
  /** Assigns or unassigns that EC2 may refuse, for another was faster. */
  mayBeInVain?: number;
  /** It takes long, and what it tells is a figure. */
  isForBench?: true;
  /** Quiet before it, in ms. */
  quietMs?: number;
  happen(scene: Scene): Promise<unknown>;
  /** Once the address has moved, or what was to happen is over. */
  afterwards?(scene: Scene): Promise<unknown>;
  /** For so long, in ms, nothing more is to happen in the end: 3 s by default. */
  tailMs?: number;
}
