import type { Command } from 'commander';
import { examples } from './help.ts';
import type { Surroundings } from './surroundings.ts';

/** The commands about the node that they run on. */
export function addNodeCommands(program: Command, { root, exit }: Surroundings): void {
  program
    .command('run')
    .description(
      'the boot job: claims, attaches and names the interfaces, writes the kubelet labels, opens the gate',
    )
    .addHelpText('after', examples('multus-bootstrap run', 'systemctl restart multus-bootstrap'))
    .action(async () => {
      const { run } = await import('../commands/run.ts');
      exit(await run({ root: root() }));
    });

  program
    .command('plan')
    .description('prints what run would do and with which calls, and does nothing')
    .option('--json', 'for machines', false)
    .addHelpText('after', examples('multus-bootstrap plan', 'multus-bootstrap plan --json | jq .'))
    .action(async ({ json }: { json: boolean }) => {
      const { plan } = await import('../commands/plan.ts');
      exit(await plan({ root: root(), json }));
    });

  program
    .command('status')
    .description('what this node has, and where EC2, the kernel and the last result differ')
    .option('--json', 'for machines', false)
    .addHelpText('after', examples('multus-bootstrap status', 'multus-bootstrap status --json'))
    .action(async ({ json }: { json: boolean }) => {
      const { status } = await import('../commands/status.ts');
      exit(await status({ root: root(), json }));
    });

  program
    .command('release')
    .description(
      'gives back what run claimed on this node: ENIs, link files, kubelet labels; closes the gate',
    )
    .addHelpText('after', releaseNotes)
    .addHelpText(
      'after',
      examples('multus-bootstrap release', 'multus-bootstrap release && multus-bootstrap run'),
    )
    .action(async () => {
      const { release } = await import('../commands/release.ts');
      exit(await release({ root: root() }));
    });
}

const releaseNotes = `
ENIs that run created are detached and deleted; those made beforehand only lose our tags and are detached. Needs no
configuration: tags in EC2 and files on the node tell what is there. If it is interrupted, or fails, run it again.`;
