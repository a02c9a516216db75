import type { Command } from 'commander';
import { examples } from './help.ts';
import type { Surroundings } from './surroundings.ts';

/** The commands about this node's NodePort addresses. */
export function addNodePortCommands(program: Command, { root, exit }: Surroundings): void {
  const nodePort = program
    .command('nodeport')
    .description('NodePort addresses: watch over those that float, and who holds them')
    .addHelpText('after', examples('multus-bootstrap nodeport status', 'multus-bootstrap nodeport watch'));

  nodePort
    .command('watch')
    .description('watches over the floating addresses: takes them over from a node that fails')
    .addHelpText('after', watchNotes)
    .addHelpText(
      'after',
      examples('systemctl status multus-bootstrap-nodeport', 'multus-bootstrap nodeport watch'),
    )
    .action(async () => {
      const { watch } = await import('../commands/nodeport/watch.ts');
      exit(await watch({ root: root() }));
    });

  nodePort
    .command('status')
    .description('who holds each address and since when, its last moves, the candidates and their probes')
    .option('--json', 'for machines', false)
    .addHelpText(
      'after',
      examples('multus-bootstrap nodeport status', 'multus-bootstrap nodeport status --json'),
    )
    .action(async ({ json }: { json: boolean }) => {
      const { status } = await import('../commands/nodeport/status.ts');
      exit(await status({ root: root(), json }));
    });
}

const watchNotes = `
multus-bootstrap-nodeport.service runs it, and run starts that where the configuration has Floating addresses. It needs
what run has set up on this node. On SIGTERM or SIGINT it hands over what this node holds, within 10 s, and exits 0. One
watcher at a time: another exits 9.`;
