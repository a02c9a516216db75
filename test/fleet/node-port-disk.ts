import type { NodePortFiles } from '../../agent/host/node-port-files.ts';
import type { AddressClaim } from '../../agent/nodeport/claims.ts';
import type { NodePortLink, NodePortSetup } from '../../agent/nodeport/setup.ts';

/** A step on the host, by its name, and its effect. */
type Step = <T>(name: string, effect: () => T) => Promise<T>;

/** What a machine keeps of NodePort addresses: the claims over reboots, the rest until then. */
export class NodePortDisk {
  claims: AddressClaim[] = [];
  setup: NodePortSetup | undefined;
  /** What the kernel has. */
  links: readonly NodePortLink[] = [];

  reboot(): void {
    this.setup = undefined;
    this.links = [];
  }

  files(step: Step): NodePortFiles {
    return {
      setup: async () => this.setup,
      writeSetup: (setup) =>
        step('write the NodePort setup', () => {
          this.setup = setup;
        }),
      removeSetup: () =>
        step('remove the NodePort setup', () => {
          this.setup = undefined;
        }),
      claims: async () => this.claims,
      writeClaims: (_, eniId, addresses) =>
        step('write the claimed addresses', () => {
          const others = this.claims.filter((each) => each.eniId !== eniId);
          this.claims = [...others, ...addresses.map((address) => ({ eniId, address }))];
        }),
    };
  }

  /** Answers the links on which something is new. */
  configure(links: readonly NodePortLink[]): string[] {
    const before = this.links.map((link) => JSON.stringify(link));
    this.links = links;
    return links.filter((link) => !before.includes(JSON.stringify(link))).map(({ name }) => name);
  }
}
