import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t from 'tap';

const { CFN_LINT: cfnLint } = process.env;
assert(cfnLint !== undefined, 'npm run test:userdata installs cfn-lint');
const folder = fileURLToPath(new URL('../../userdata/cloudformation/', import.meta.url));

/** What it finds, informational findings included; nothing at all where the template is in order. */
async function lint(file: string) {
  const { all, exitCode } = await execa(cfnLint ?? '', ['--include-checks', 'I', '--', file], {
    all: true,
    reject: false,
  });
  return { exitCode, findings: all };
}

for (const name of readdirSync(folder)) {
  t.test(name, async (t) => {
    t.same(await lint(join(folder, name)), { exitCode: 0, findings: '' });
  });
}

// Templates that CloudFormation would refuse, so that silence means something.
for (const [what, from, to] of [
  ['a property that is not there', 'HttpTokens:', 'HttpToken:'],
  ['a reference to nothing', '!Ref NodeInstanceType', '!Ref NodeInstanceTyp'],
  ['a value that is not one', 'HttpTokens: required', 'HttpTokens: always'],
] as const) {
  t.test(`${what} is found`, async (t) => {
    const template = readFileSync(join(folder, 'self-managed-node-group.yaml'), 'utf8');
    const file = join(t.testdir({ 'broken.yaml': template.replace(from, to) }), 'broken.yaml');
    const { exitCode, findings } = await lint(file);
    t.not(exitCode, 0);
    t.match(findings, /^E\d+ /m);
  });
}
