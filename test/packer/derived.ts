import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const repository = fileURLToPath(new URL('../..', import.meta.url));
export const templateFolder = join(repository, 'packer');

interface Changes {
  /** What `npm run package` has made, where the build needs it. */
  archive?: string;
  /** Attributes for the source. */
  more?: string;
  /** Another source, called `node`. */
  source?: { type: string; text: string };
}

/**
 * Debian's Packer is 1.6.6, which lacks some of what the template uses. This copies the template for it, with only this
 * changed; the build with its provisioners, the variables and the locals stay as they are:
 * - `plugins.pkr.hcl` is left out: Packer had its plugins built in.
 * - `source-ami.pkr.hcl` becomes `local.source_ami` with a fixed value: there were no data sources.
 * - `source.pkr.hcl` loses the three attributes that came later, and gains `more`; or it is another source altogether,
 *   whose type the build then names.
 *
 * @returns the folder of the copy
 */
export async function deriveTemplate(
  folder: string,
  { more = '', archive, source }: Changes = {},
): Promise<string> {
  const derived = join(folder, 'packer');
  await mkdir(derived);
  await mkdir(join(folder, 'dist'));
  await copyFile(join(repository, 'package.json'), join(folder, 'package.json'));
  if (archive !== undefined) {
    await symlink(archive, join(folder, 'dist', basename(archive)));
  }
  for (const file of await readdir(templateFolder)) {
    const text = await readFile(join(templateFolder, file), 'utf8');
    switch (file) {
      case 'plugins.pkr.hcl':
        break;
      case 'source-ami.pkr.hcl':
        await writeFile(
          join(derived, file),
          'locals {\n  source_ami = var.source_ami == null ? "ami-of-ssm" : var.source_ami\n}\n',
        );
        break;
      case 'source.pkr.hcl':
        await writeFile(
          join(derived, file),
          source?.text ?? withoutLaterAttributes(text).replace(/\}\n$/, `${more}}\n`),
        );
        break;
      case 'build.pkr.hcl':
        await writeFile(
          join(derived, file),
          text.replace('source.amazon-ebs.node', `source.${source?.type ?? 'amazon-ebs'}.node`),
        );
        break;
      default:
        await writeFile(join(derived, file), text);
    }
  }
  return derived;
}

function withoutLaterAttributes(text: string): string {
  const later = [
    /^ {2}metadata_options \{\n(?: {4}.*\n)*? {2}\}\n/m,
    /^ {2}imds_support +=.*\n/m,
    /^ {2}ami_org_arns +=.*\n/m,
  ];
  return later.reduce((rest, attribute) => {
    const without = rest.replace(attribute, '');
    if (without === rest) {
      throw new Error(`source.pkr.hcl has no ${attribute}: nothing to leave out for Packer 1.6.6`);
    }
    return without;
  }, text);
}

/** `-var` arguments, as one writes them. */
export function variableArgs(variables: Record<string, unknown>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => [
    '-var',
    `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
}

/** What an expression comes to in a template with these variables. */
export async function evaluate(
  template: string,
  expression: string,
  variables: Record<string, unknown>,
): Promise<unknown> {
  const args = ['console', '--config-type=hcl2', ...variableArgs(variables), template];
  const { stdout } = await execa('packer', args, { input: `jsonencode([${expression}])\n` });
  const [value]: unknown[] = JSON.parse(stdout);
  return value;
}
