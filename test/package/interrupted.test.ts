import { chmod, copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { snapshot, stockRoot, type Test, temporaryFolder, unpacked } from './trees.ts';

const libexec = 'usr/libexec/multus-bootstrap';
const needed = [
  'usr/bin/multus-bootstrap',
  `${libexec}/node`,
  `${libexec}/multus-bootstrap.mjs`,
  'usr/lib/systemd/system/multus-bootstrap.service',
];

// An archive is written a few hundred times here: a small program stands in for the runtime, and the fewer files the better.
const archive = await unpacked(t, 'x86_64');
await copyFile('/bin/true', join(archive, 'root', libexec, 'node'));
await writeFile(join(archive, 'root', libexec, 'multus-bootstrap.cjs'), "(() => console.log('new'))");
for (const path of ['share/multus-bootstrap/licenses', 'lib/systemd/system/multus-bootstrap-sweep.timer']) {
  await rm(join(archive, 'root/usr', path), { recursive: true });
}
/** A version that was one file, with another drop-in. */
const older = join(await temporaryFolder(t), 'older');
await execa('cp', ['-a', archive, older]);
for (const file of ['multus-bootstrap.cjs', 'compile.mjs']) {
  await rm(join(older, 'root', libexec, file));
}
await writeFile(join(older, 'root', libexec, 'multus-bootstrap.mjs'), "console.log('old')");
const units = join(older, 'root/usr/lib/systemd/system');
await rename(join(units, 'kubelet.service.d'), join(units, 'other.service.d'));
const shims = await makeShims(t);

for (const { title, before, action } of [
  { title: 'a first installation', before: [], action: [archive] },
  { title: 'an upgrade', before: [[older]], action: [archive] },
  { title: 'an uninstallation', before: [[archive]], action: [archive, '--uninstall'] },
]) {
  t.test(`${title}, killed before each change that it makes, then run again`, async (t) => {
    const stock = await stockRoot(t);
    const untouched = await snapshot(stock);
    const prepare = async (root: string) => {
      for (const step of before) {
        await run(step, root);
      }
    };
    await prepare(stock);
    await run(action, stock);
    const undisturbed = await snapshot(stock);

    let kills = 0;
    for (let change = 1; ; change++) {
      const root = await stockRoot(t);
      await prepare(root);
      if (!(await runKilled(action, root, change))) {
        break;
      }
      kills++;
      const seen = await snapshot(root);
      const dropIns = Object.keys(seen).filter((path) => path.endsWith('/10-multus-bootstrap.conf'));
      if (dropIns.length > 0) {
        t.ok(
          needed.every((path) => path in seen),
          'a drop-in only beside the agent',
        );
        t.match(await started(root), /^(old|new)$/, `and that starts, killed before change ${change}`);
      }
      await run(action, root);
      t.strictSame(await snapshot(root), undisturbed, `killed before change ${change}`);
      await run([archive, '--uninstall'], root);
      t.strictSame(await snapshot(root), untouched, 'and uninstalled');
    }
    // At the least one for each file.
    t.ok(kills >= 10, `${kills} kills`);
  });
}

async function run([folder, ...args]: string[], root: string): Promise<void> {
  await execa(`${folder}/install.sh`, [...args, '--root', root]);
}

/** What the program says that is there, or what is said of it. */
async function started(root: string): Promise<string> {
  const { all } = await execa(process.execPath, [join(root, libexec, 'multus-bootstrap.mjs')], {
    all: true,
    reject: false,
  });
  return all;
}

/** False if it came to its end before as many changes. */
async function runKilled([folder, ...args]: string[], root: string, change: number): Promise<boolean> {
  const counter = join(await temporaryFolder(t), 'counter');
  const { signal, failed, stderr } = await execa(`${folder}/install.sh`, [...args, '--root', root], {
    env: { PATH: `${shims}:${process.env['PATH']}`, COUNTER: counter, KILL_AT: String(change) },
    // A process group of its own: the script dies with its pipelines.
    detached: true,
    reject: false,
  });
  if (failed && signal !== 'SIGKILL') {
    throw new Error(stderr);
  }
  return failed;
}

/** Commands that change files, and kill the process group instead when it is their turn. */
async function makeShims(test: Test): Promise<string> {
  const folder = await temporaryFolder(test);
  for (const command of ['cp', 'mv', 'rm', 'rmdir']) {
    const { stdout } = await execa('which', [command]);
    const lines = [
      '#!/bin/sh',
      'printf . >>"$COUNTER"; read -r count <"$COUNTER"',
      '[ "${#count}" -ne "$KILL_AT" ] || kill -KILL 0',
      `exec ${stdout} "$@"`,
    ];
    await writeFile(join(folder, command), `${lines.join('\n')}\n`);
    await chmod(join(folder, command), 0o755);
  }
  // In whichever order a file system lists them: in this one what starts the program would come before the program.
  const { stdout: find } = await execa('which', ['find']);
  await writeFile(join(folder, 'find'), `#!/bin/sh\n${find} "$@" | sort -r\n`);
  await chmod(join(folder, 'find'), 0o755);
  return folder;
}
