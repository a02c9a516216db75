import type { Command } from 'commander';
import { examples } from './help.ts';
import type { Surroundings } from './surroundings.ts';

/** The commands about configuration. */
export function addConfigurationCommands(program: Command, { root, exit }: Surroundings): void {
  program
    .command('check')
    .description(
      'validates configuration offline: files and user data in any form, merged in the order given',
    )
    .argument('[file...]', 'files, or - for standard input; without any, the config.d of --root')
    .option('--no-nodeadm', 'for an image without nodeadm: user data may be one bare document')
    .addHelpText('after', checkNotes)
    .addHelpText(
      'after',
      examples(
        'multus-bootstrap check user-data.txt',
        'multus-bootstrap check 10-base.yaml user-data.txt',
        'terraform output -raw user_data | multus-bootstrap check -',
      ),
    )
    .action(async (files: string[], { nodeadm }: { nodeadm: boolean }) => {
      const { check } = await import('../commands/check.ts');
      exit(await check({ root: root(), files, nodeadm }));
    });

  program
    .command('config')
    .description('prints the effective configuration and which source each value came from')
    .option('--user-data <file>', "in place of the instance's own user data, which IMDS tells")
    .addHelpText(
      'after',
      examples('multus-bootstrap config', 'multus-bootstrap config --user-data user-data.txt'),
    )
    .action(async ({ userData }: { userData?: string }) => {
      const { config } = await import('../commands/config.ts');
      exit(await config({ root: root(), userData }));
    });

  program
    .command('schema')
    .description('prints the JSON Schema of the configuration, for editors')
    .addHelpText('after', examples('multus-bootstrap schema > multus-node-config.schema.json'))
    .action(async () => {
      const { schema } = await import('../commands/schema.ts');
      exit(await schema());
    });
}

const checkNotes = `
A file named *.yaml, *.yml or *.json that is one of our documents is taken for a file of config.d, anything else for
user data. Files of config.d belong into the image: the agent runs beside cloud-init, so what cloud-init writes there
comes too late. Exits 2 if a file cannot be read, 3 if the configuration is wrong.`;
