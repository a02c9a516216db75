import { ip, run } from '../bench/namespaces.ts';

/** Where EC2's endpoint is, beyond the VPC, and IMDS at its own address. */
export const endpoints = { ec2: '198.51.100.1', imds: '169.254.169.254' } as const;

/** What the fabric can keep from getting through, the links of the machines staying up. */
export interface Cuts {
  /** Nobody else in the fabric reaches that port, nor it them; EC2, IMDS and the router still answer it. */
  isolate(port: string): Promise<void>;
  /** Nothing at all gets through, ARP and neighbour discovery included. */
  silence(port: string): Promise<void>;
  /** What was done to that port is over. */
  heal(port: string): Promise<void>;
  /** EC2's endpoint is a black hole for everyone; or is there again. */
  setEc2(isThere: boolean): Promise<void>;
}

const tables = `
table inet cuts {
  set closed { type ifname; }
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname @closed drop
    oifname @closed drop
  }
  chain ec2 {
    type filter hook input priority 0; policy accept;
  }
}
table netdev cuts {
}
`;

/** In the fabric's namespace, which gets the endpoints' addresses. */
export async function createCuts(): Promise<Cuts> {
  const nft = (lines: string) => run(undefined, ['nft', '-f', '-'], `${lines}\n`);
  const silenced = new Set<string>();
  await ip(
    undefined,
    Object.values(endpoints).map((address) => `address add ${address}/32 dev lo`),
  );
  await nft(tables);
  return {
    isolate: async (port) => void (await nft(`add element inet cuts closed { "${port}" }`)),
    async silence(port) {
      silenced.add(port);
      await nft(
        `add element inet cuts closed { "${port}" }
add chain netdev cuts ${port} { type filter hook ingress device "${port}" priority 0; policy drop; }`,
      );
    },
    async heal(port) {
      const chain = silenced.delete(port) ? `delete chain netdev cuts ${port}\n` : '';
      await nft(`${chain}delete element inet cuts closed { "${port}" }`);
    },
    setEc2: async (isThere) =>
      void (await nft(
        isThere ? 'flush chain inet cuts ec2' : `add rule inet cuts ec2 ip daddr ${endpoints.ec2} drop`,
      )),
  };
}
