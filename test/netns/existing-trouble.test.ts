/** ENIs made beforehand, when EC2 or another node stands in the way. */
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { isRead } from '../simulator/api/buckets.ts';
import { attachEni, detachEni } from '../simulator/model/attachments.ts';
import type { Eni } from '../simulator/model/records.ts';
import {
  attachedTo,
  claiming,
  claimingNode,
  claimTags,
  isWhole,
  noManage,
  now,
  selection,
  tagsOf,
  writes,
} from './existing.ts';
import { letTimePass } from './kill.ts';
import { gateOf } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import { group, subnets, type TestNode } from './simulated-node.ts';
import { always, errorsOf, fails, leavesOnly, order, resultOf, traces } from './trouble.ts';

await enterNamespace(import.meta.url);

/** Another node attaches the ENI, and tags it as the agent does there. */
function takeElsewhere({ simulator: { world } }: TestNode, { id }: Eni): string {
  const other = world.launch({ type: 'm5.xlarge', subnetId: subnets.primary });
  attachEni(world, { eniId: id, instanceId: other.id, deviceIndex: 1, networkCard: 0 });
  const eni = world.store.eni(id);
  const tags = { ...eni.tags, ...noManage, ...otherTags(other.id) };
  world.store.setEni({ ...eni, tags });
  return other.id;
}

function otherTags(instanceId: string) {
  return {
    'multus-bootstrap.io/instance-id': instanceId,
    'multus-bootstrap.io/interface': 'eth1',
    'multus-bootstrap.io/existing': 'true',
  };
}

/** What a rollback restores: all but `no_manage`. */
const asMade = { ...selection, Name: 'terraform', ...noManage };

/** Waits for a program that has been started to come to some point. */
async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo() && tries < 500; tries += 1) {
    await delay(20);
  }
}

const listings = ({ simulator: { record } }: TestNode) =>
  record.calls.filter(
    ({ action, params }) => isRead(action) && JSON.stringify(params).includes('tag:multus'),
  );

for (const [what, letGo] of [
  ['is terminated', (node: TestNode, id: string) => node.simulator.world.terminate(id)],
  [
    'detaches it',
    ({ simulator: { world } }: TestNode, id: string) =>
      detachEni(world, world.store.attachedEnis(id).find((eni) => eni.tags.multus)?.attachment?.id ?? ''),
  ],
] as const) {
  t.test(`a replacement waits until its predecessor ${what}`, async (t) => {
    const { node, eni } = await claimingNode(t, { userData: { interfaces: [claiming('eth1', {}, '60s')] } });
    const predecessor = takeElsewhere(node, eni);
    const run = node.start(['run']);
    await until(() => listings(node).length >= 2);
    t.equal(await gateOf(node), 'closed');
    letGo(node, predecessor);
    const { exitCode, stderr } = await run;
    t.equal(exitCode, 0, String(stderr));
    t.match(stderr, 'eth1: no ENI with the tags multus=true, cluster=demo is available; waiting for one');
    t.equal((await isWhole(t, node))?.id, eni.id);
    t.strictSame(now(node, eni).tags, { ...asMade, ...claimTags(node) }, 'stale tags are overwritten');
  });
}

t.test('wait bounds the wait', async (t) => {
  for (const [wait, least, most] of [
    ['0s', 0, 2_000],
    ['3s', 3_000, 5_000],
  ] as const) {
    await t.test(wait, async (t) => {
      const { node, eni } = await claimingNode(t, { userData: { interfaces: [claiming('eth1', {}, wait)] } });
      const holder = takeElsewhere(node, eni);
      const before = await traces(node);
      const { ms } = await fails(t, node, {
        exitCode: 5,
        message: [
          `in eu-west-1a (vpc-00000001): 1 are there, none to be had (in use: ${eni.id} by ${holder})`,
          `after ${parseInt(wait, 10)} s. Make more of them there`,
        ],
      });
      t.ok(ms >= least && ms < most, `${ms} ms`);
      t.ok(listings(node).length <= 4, `${listings(node).length} listings`);
      await leavesOnly(t, node, before);
      t.strictSame(writes(node), []);
    });
  }
});

t.test('a deadline that comes before the end of the wait: exit code 5 all the same', async (t) => {
  const { node, eni } = await claimingNode(t, {
    userData: { timeout: '4s', interfaces: [claiming('eth1', {}, '60s')] },
  });
  takeElsewhere(node, eni);
  const before = await traces(node);
  const { ms } = await fails(t, node, {
    exitCode: 5,
    message: [
      'no available ENI with the tags',
      /after [1-4] s, when the deadline \(timeout\) passed; wait is 60 s\..* raise timeout/,
    ],
  });
  t.ok(ms < 7_000, `${ms} ms`);
  await leavesOnly(t, node, before);
});

t.test('a deadline that comes while a listing is awaited: likewise', async (t) => {
  const { node, eni } = await claimingNode(t, {
    userData: { timeout: '5s', interfaces: [claiming('eth1', {}, '60s')] },
  });
  takeElsewhere(node, eni);
  const before = await traces(node);
  node.simulator.faults.add({
    action: 'DescribeNetworkInterfaces',
    match: (params) => JSON.stringify(params).includes('tag:multus'),
    nth: 2,
    times: always,
    kind: { error: { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 } },
  });
  await fails(t, node, {
    exitCode: 5,
    message: ['no available ENI with the tags', 'when the deadline (timeout) passed; wait is 60 s'],
  });
  await leavesOnly(t, node, before);
});

for (const consistencyMs of [0, 1_500]) {
  const behind = `listings ${consistencyMs} ms behind`;
  for (const kind of ['lostAnswer', 'reset'] as const) {
    t.test(`${kind} at the attach, ${behind}: it is found, and no second one is taken`, async (t) => {
      const { node } = await claimingNode(t, { count: 3, simulator: { consistencyMs } });
      node.simulator.faults.add({ action: 'AttachNetworkInterface', kind });
      const { exitCode, journal } = await node.run(['run']);
      t.equal(exitCode, 0, journal);
      await isWhole(t, node);
      t.equal(attachedTo(node).length, 1);
      t.equal(
        new Set(
          node.simulator.record
            .writes('AttachNetworkInterface')
            .map(({ params }) => params['NetworkInterfaceId']),
        ).size,
        1,
      );
    });
  }

  t.test(`another node takes it before the attach, ${behind}: the next one`, async (t) => {
    const { node } = await claimingNode(t, { count: 3, simulator: { consistencyMs } });
    let taken: Eni | undefined;
    node.hooks.beforeCall = ({ action, params }) => {
      if (action === 'AttachNetworkInterface' && taken === undefined) {
        taken = node.simulator.world.store.eni(String(params['NetworkInterfaceId']));
        takeElsewhere(node, taken);
      }
    };
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 0, journal);
    const own = await isWhole(t, node);
    t.not(own?.id, taken?.id);
    t.match(errorsOf(node, 'AttachNetworkInterface'), ['InvalidNetworkInterface.InUse']);
    t.not(now(node, taken ?? own ?? raise()).tags['multus-bootstrap.io/instance-id'], node.node.instanceId);
  });

  t.test(`another node takes it while our own attach is lost, ${behind}: the next one`, async (t) => {
    const { node } = await claimingNode(t, { count: 3, simulator: { consistencyMs } });
    node.simulator.faults.add({ action: 'AttachNetworkInterface', kind: 'reset' });
    let taken: Eni | undefined;
    let attaches = 0;
    node.hooks.beforeCall = ({ action, params }) => {
      attaches += action === 'AttachNetworkInterface' ? 1 : 0;
      if (attaches === 2 && taken === undefined) {
        taken = node.simulator.world.store.eni(String(params['NetworkInterfaceId']));
        takeElsewhere(node, taken);
      }
    };
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 0, journal);
    t.not((await isWhole(t, node))?.id, taken?.id);
    t.equal(attachedTo(node).length, 1);
  });

  t.test(`one that was deleted, ${behind}: the next one`, async (t) => {
    for (const action of ['CreateTags', 'AttachNetworkInterface']) {
      await t.test(action, async (t) => {
        const { node } = await claimingNode(t, { count: 2, simulator: { consistencyMs } });
        let isGone = false;
        node.hooks.beforeCall = (call) => {
          if (call.action === action && !isGone) {
            isGone = true;
            node.simulator.world.deleteEni(
              String([call.params['NetworkInterfaceId'] ?? call.params['ResourceId']].flat()[0]),
            );
          }
        };
        const { exitCode, journal } = await node.run(['run']);
        t.equal(exitCode, 0, journal);
        await isWhole(t, node);
      });
    }
  });
}

function raise(): never {
  throw new Error('cannot be');
}

const refusals = [
  [4, 'UnauthorizedOperation', 'You are not authorized to perform this operation.', 403],
  [6, 'AttachmentLimitExceeded', 'Interface count 4 exceeds the limit for m5.xlarge', 400],
  [3, 'InvalidParameterCombination', 'You may not attach it there', 400],
] as const;

for (const [exitCode, code, message, status] of refusals) {
  t.test(`an attach refused for good with ${code} leaves the ENI as it was`, async (t) => {
    const { node, eni } = await claimingNode(t);
    const before = filesOf(await traces(node));
    order(node, 'AttachNetworkInterface', { code, message, status }, always);
    await fails(t, node, { exitCode, message: [code] });
    t.strictSame(now(node, eni).tags, asMade);
    t.strictSame(
      writes(node).map((each) => each.split(' ')[0]),
      ['CreateTags', 'AttachNetworkInterface'],
    );
    t.strictSame(filesOf(await traces(node)), before);
  });
}

t.test('tags that are refused', async (t) => {
  await t.test('before the attach: nothing is attached', async (t) => {
    const { node } = await claimingNode(t);
    const before = await traces(node);
    node.simulator.permissions.deny('CreateTags');
    await fails(t, node, { exitCode: 4, message: ['ec2:CreateTags'] });
    await leavesOnly(t, node, before);
  });
  for (const isDenied of [false, true]) {
    await t.test(
      `after it: it is detached again${isDenied ? ', though DeleteTags is refused too' : ''}`,
      async (t) => {
        const { node, eni } = await claimingNode(t);
        node.simulator.faults.add({
          action: 'CreateTags',
          match: (params) => JSON.stringify(params).includes('instance-id'),
          kind: { error: { code: 'UnauthorizedOperation', message: 'no: ec2:CreateTags', status: 403 } },
        });
        if (isDenied) {
          node.simulator.permissions.deny('DeleteTags');
        }
        await fails(t, node, {
          exitCode: 4,
          message: isDenied ? ['ec2:CreateTags', 'ec2:DeleteTags'] : ['ec2:CreateTags'],
        });
        t.equal(now(node, eni).attachment, undefined);
        t.strictSame(now(node, eni).tags, asMade);
      },
    );
  }
});

t.test('another interface fails', async (t) => {
  const interfaces = [claiming(), { name: 'eth2', subnets: [subnets.b], securityGroups: [group] }];
  for (const consistencyMs of [0, 1_500]) {
    await t.test(`for good, listings ${consistencyMs} ms behind: this one is handed back`, async (t) => {
      const { node, eni } = await claimingNode(t, {
        userData: { interfaces, failurePolicy: 'Taint' },
        simulator: { consistencyMs, detachMs: 500, latencies: { CreateNetworkInterface: 300 } },
      });
      const filesBefore = filesOf(await traces(node));
      order(
        node,
        'CreateNetworkInterface',
        { code: 'NetworkInterfaceLimitExceeded', message: 'No more.' },
        always,
      );
      const { exitCode, journal } = await node.run(['run']);
      t.equal(exitCode, 6, journal);
      await until(() => now(node, eni).attachment === undefined);
      t.equal(now(node, eni).attachment, undefined, 'detached');
      t.strictSame(now(node, eni).tags, asMade, 'untagged');
      const deletions = node.simulator.record.writes('DeleteTags').map(tagsOf);
      t.strictSame(Object.assign({}, ...deletions), claimTags(node), 'no_manage is not taken off');
      t.ok(deletions.length <= 2, `${deletions.length} DeleteTags`);
      t.equal(node.simulator.record.writes('DetachNetworkInterface').length, 1);
      t.equal(await gateOf(node), 'open');
      t.strictSame(
        filesOf(await traces(node)).filter(
          (path) => !/go$|kubelet-flags$|60-multus-bootstrap.yaml$/.test(path),
        ),
        filesBefore,
      );
    });
  }
  await t.test('for a time: this one stays, and is completed by the next run', async (t) => {
    const { node, eni } = await claimingNode(t, { userData: { interfaces } });
    order(node, 'CreateNetworkInterface', { code: 'InsufficientFreeAddressesInSubnet', message: 'Full.' });
    const first = await node.run(['run']);
    t.equal(first.exitCode, 5, first.journal);
    await isWhole(t, node);
    const second = await node.run(['run']);
    t.equal(second.exitCode, 0, second.journal);
    t.equal((await isWhole(t, node))?.id, eni.id);
    t.match(await resultOf(node), { interfaces: [{ outcome: 'in place' }, { outcome: 'created' }] });
  });
});

function filesOf(seen: object): string[] {
  return 'files' in seen && Array.isArray(seen.files) ? seen.files : [];
}

t.test('the deadline passes while an attach is open', async (t) => {
  const { node, eni } = await claimingNode(t, {
    userData: { timeout: '3s', interfaces: [claiming()] },
    simulator: { consistencyMs: 4_000 },
  });
  node.simulator.faults.add({ action: 'AttachNetworkInterface', kind: 'lostAnswer', times: 1 });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 7, journal);
  t.equal(attachedTo(node).length, 1, 'EC2 has attached it');
  await until(() => node.simulator.world.store.visibleEni(eni.id)?.attachment !== undefined);
  await letTimePass(node);
  const again = await node.run(['run']);
  t.equal(again.exitCode, 0, again.journal);
  t.equal(attachedTo(node).length, 1);
  t.equal((await isWhole(t, node))?.id, eni.id);
});

t.test('its device never appears: it is handed back', async (t) => {
  const { node, eni } = await claimingNode(t, {
    userData: { timeout: '3s', interfaces: [claiming()] },
    deviceName: () => undefined,
  });
  const before = filesOf(await traces(node));
  await fails(t, node, { exitCode: 9, message: [`eth1: ${eni.id} is attached, but no device`] });
  t.equal(now(node, eni).attachment, undefined);
  t.strictSame(now(node, eni).tags, asMade);
  t.strictSame(filesOf(await traces(node)), before);
});
