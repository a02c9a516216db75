import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import t, { type Test } from 'tap';
import { checkShapes, ec2Shapes } from '../../../scripts/build/ec2-shapes.ts';

/** Bundles what reaches one shape of many, as the SDK's file has them: an array whose keys are constants. */
async function bundled(t: Test, shape: (name: string) => string): Promise<string> {
  const folder = t.testdir();
  const schemas = join(folder, '@aws-sdk/client-ec2/dist-es/schemas');
  await mkdir(schemas, { recursive: true });
  const names = Array.from({ length: 40 }, (_, n) => `Shape${n}`);
  const constants = 'const _xN = "xmlName";\nconst _it = "item";\n';
  await writeFile(join(schemas, 'schemas_0.js'), constants + names.map(shape).join(''));
  await writeFile(
    join(folder, 'main.js'),
    "import { Shape7 } from './@aws-sdk/client-ec2/dist-es/schemas/schemas_0.js'; console.log(Shape7);",
  );
  const { metafile, outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ['main.js'],
    bundle: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [ec2Shapes],
  });
  checkShapes(metafile);
  return outputFiles.map(({ text }) => text).join('');
}

t.test('of the shapes, those that are reached stay', async (t) => {
  const text = await bundled(
    t,
    (name) => `export var ${name} = [3, [0, { [_xN]: _it,\n  [_it]: \`a\` }]];\n`,
  );
  t.match(text, /Shape7 = \[3, \[0, \{\s*"?xmlName"?: _it,\s*"?item"?: "?`?a/);
  t.notMatch(text, 'Shape8');
});

t.test('an SDK whose shapes stay whatever reaches them fails the build', async (t) => {
  const made = bundled(t, (name) => `export var ${name} = make(() => [3, { [_xN]: _it }]);\n`);
  await t.rejects(made, { message: /EC2's shapes .* are in the bundle.*has another form/ });
});

t.test('an SDK whose shapes are elsewhere fails the build', (t) => {
  t.throws(() => checkShapes({ inputs: {}, outputs: {} }), { message: /has another form/ });
  t.end();
});

t.test('a key that is no constant of the file fails the build', async (t) => {
  const made = bundled(t, (name) => `export var ${name} = [3, { [_other]: _it }];\n`);
  await t.rejects(made, { message: /has another form.*no constant _other/ });
});
