/** What `plan` lists, beside what `run` does. */
import { inspect } from 'node:util';
import type { Test } from 'tap';
import type { Write } from '../../agent/plan/writes.ts';
import { attribute, flag, integer, structures, text, texts } from '../simulator/api/params.ts';
import type { Call } from '../simulator/api/record.ts';
import type { Eni } from '../simulator/model/records.ts';
import { devices } from './devices.ts';
import { filesBelow } from './end-state.ts';
import type { TestNode } from './simulated-node.ts';

const interfaceTag = 'multus-bootstrap.io/interface';

/** What `plan` lists; it must change nothing. */
export async function plannedWrites(t: Test, node: TestNode): Promise<Write[]> {
  const { world, record } = node.simulator;
  const look = async () => ({
    enis: world.enis,
    devices: await devices(),
    files: await filesBelow(node.root),
  });
  const before = await look();
  record.clear();
  const { exitCode, stdout, journal } = await node.run(['plan', '--json']);
  t.equal(exitCode, 0, journal);
  t.strictSame(record.writes(), [], 'plan writes nothing in EC2');
  t.strictSame(await look(), before, 'nor on the host');
  return JSON.parse(stdout).writes;
}

/** The writes of a run that follows, as EC2 saw them. */
async function writesMade(t: Test, node: TestNode): Promise<Write[]> {
  const { world, record } = node.simulator;
  const before = world.enis;
  record.clear();
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  return record.writes().map((call) => toWrite(call, before, world.enis));
}

/** The call as `plan` tells of it: ENIs that the run itself is still to create or to choose have no id yet. */
function toWrite({ action, params }: Call, before: readonly Eni[], after: readonly Eni[]): Write {
  const eniId = text(params, 'NetworkInterfaceId') ?? texts(params, 'ResourceId')[0];
  const eni = after.find(({ id }) => id === eniId);
  const known = before.find(({ id, tags }) => id === eniId && interfaceTag in tags);
  const made = text(params, 'Description')?.split(' ')[0];
  const tags = structures(params, 'Tag').map((tag) => [text(tag, 'Key'), text(tag, 'Value')]);
  return defined({
    action,
    interface: eni?.tags[interfaceTag] ?? made,
    eniId: known?.id,
    subnetId: text(params, 'SubnetId'),
    address: text(params, 'PrivateIpAddress'),
    ipv6Address: structures(params, 'Ipv6Addresses').map((each) => text(each, 'Ipv6Address'))[0],
    deviceIndex: integer(params, 'DeviceIndex'),
    networkCard: integer(params, 'NetworkCardIndex'),
    deleteOnTermination: flag(attribute(params, 'Attachment') ?? {}, 'DeleteOnTermination'),
    sourceDestCheck: flag(attribute(params, 'SourceDestCheck') ?? {}, 'Value'),
    tags: tags.length === 0 ? undefined : Object.fromEntries(tags),
  });
}

/** Without the members that are undefined. */
function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(given));
}

/** The interfaces go side by side: only the order of one's own writes is certain, and its Modify calls have none. */
function inOrder(writes: readonly Write[]): string[] {
  const rank = ({ action }: Write) =>
    ['Delete', 'Create', 'Attach', 'Modify'].findIndex((verb) => action.startsWith(verb));
  return writes
    .map(
      (write) => `${write.interface} ${rank(write)} ${inspect(write, { sorted: true, breakLength: 1000 })}`,
    )
    .sort();
}

/** Compares the two; answers with what was planned. */
export async function runDoesWhatPlanLists(t: Test, node: TestNode): Promise<Write[]> {
  const planned = await plannedWrites(t, node);
  const made = await writesMade(t, node);
  t.strictSame(inOrder(made), inOrder(planned));
  return planned;
}
