import type { Command } from 'commander';
import { examples } from './help.ts';
import type { Surroundings } from './surroundings.ts';

/** The commands about what is in EC2, of whatever node. */
export function addAccountCommands(program: Command, { root, exit }: Surroundings): void {
  program
    .command('map')
    .description("a subnet's addresses as a picture: reserved, workers, pods, reservations, free")
    .argument('[subnet...]', "subnet ids; without any, those of this node's configuration in its zone")
    .option('--svg <file>', 'writes the picture there, for browsers and documents')
    .addHelpText(
      'after',
      examples('multus-bootstrap map', 'multus-bootstrap map subnet-0a1b2c3d4e5f60718 --svg subnet.svg'),
    )
    .action(async (subnets: string[], { svg }: { svg?: string }) => {
      const { map } = await import('../commands/map.ts');
      exit(await map({ root: root(), subnets, svg }));
    });

  program
    .command('sweep')
    .description('finds the ENIs that instances have left which are gone, and deletes them with --yes')
    .option('--yes', 'deletes them; without it, they are only listed', false)
    .option('--interval <duration>', 'between the two looks that must agree, 30s to 60m', '60s')
    .addHelpText('after', sweepNotes)
    .addHelpText('after', examples('multus-bootstrap sweep', 'multus-bootstrap sweep --yes --interval 2m'))
    .action(async ({ yes, interval }: { yes: boolean; interval: string }) => {
      const { parseInterval } = await import('../commands/sweep/interval.ts');
      const intervalMs = parseInterval(interval);
      const { sweep } = await import('../commands/sweep.ts');
      exit(await sweep({ root: root(), yes, intervalMs }));
    });
}

const sweepNotes = `
An ENI is left over if multus-bootstrap made it (its tag multus-bootstrap.io/created=true), it is available, and two
looks agree that its instance is terminated or not known to EC2. ENIs made beforehand only lose the tags of such an
instance. Looks at the whole account in this instance's Region, and only at ENIs that the account owns.

ENIs made with deleteOnTermination: false outlive their instance on purpose, and are left over by the same rule: where
they are to be kept, take our tag …/created off them, or neither sweep with --yes nor enable the timer.`;
