import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Subnet } from '../claim/facts.ts';
import { subnetId } from '../config/fields.ts';
import { createDeadline } from '../deadline.ts';
import { ExitCode, Failure } from '../failure.ts';
import { fileFailure } from '../host/files.ts';
import { boundsOf } from '../report/map/bounds.ts';
import { type SubnetMap, subnetMap } from '../report/map/subnet-map.ts';
import { mapSvg } from '../report/map/svg.ts';
import { mapText } from '../report/map/text.ts';
import { configuredSubnets, namedSubnets } from './map/subnets.ts';
import { placeFor, thisNode, type Viewpoint } from './map/viewpoint.ts';
import { type AskContext, ask } from './run/ask.ts';
import { listEnis } from './run/list-enis.ts';
import { connect } from './run/node.ts';
import { createShell, type Shell } from './shell.ts';

/** Someone waits at a terminal; twenty thousand ENIs are twenty pages. */
const patienceMs = 120_000;

export interface MapOptions {
  root: string;
  /** Subnet ids; none: those of the node's configuration that are in its zone. */
  subnets: readonly string[];
  /** The file for a picture, which is else drawn on the terminal. */
  svg: string | undefined;
}

/**
 * Draws subnets: what each address is, how the free ones are scattered, and how many workers have left. Changes
 * nothing. Throws a `Failure`: (2) for what is no subnet id, (3) for a subnet that EC2 does not know.
 */
export async function map({ root, subnets, svg }: MapOptions): Promise<ExitCode> {
  const malformed = subnets.filter((id) => !subnetId.safeParse(id).success);
  if (malformed.length > 0) {
    throw new Failure(
      ExitCode.usage,
      `${malformed.map((id) => JSON.stringify(id)).join(', ')}: not a subnet id; write "subnet-" and 8 or 17 hex digits`,
    );
  }
  const shell = createShell(root);
  const maps = await look(shell, [...new Set(subnets)]).finally(() => shell.log.progress(''));
  if (svg === undefined) {
    const { stdout } = process;
    process.stdout.write(mapText(maps, stdout.isTTY && stdout.hasColors()));
    return ExitCode.done;
  }
  await writePicture(svg, mapSvg(maps));
  // The picture itself may have gone to standard output.
  process.stderr.write(`${svg}: ${maps.map(({ id }) => id).join(', ')}\n`);
  return ExitCode.done;
}

/** As a shell would: the user chose the path, be it a link or a device. */
async function writePicture(path: string, picture: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, picture);
  } catch (error) {
    throw fileFailure('write', path, error);
  }
}

async function look(shell: Shell, ids: readonly string[]): Promise<SubnetMap[]> {
  const { clock, random, log } = shell;
  using deadline = createDeadline(clock, patienceMs, `the ${patienceMs / 1000} s that map waits for EC2`);
  const { signal } = deadline;
  if (ids.length === 0) {
    const node = await thisNode(shell, signal);
    const context = { ec2: connect(shell, node, node), clock, random, log, signal };
    return await drawAll(context, await configuredSubnets(context, node), node);
  }
  const place = await placeFor(shell, signal);
  const context = { ec2: connect(shell, place, place), clock, random, log, signal };
  return await drawAll(context, await namedSubnets(context, ids, place.region), place);
}

function drawAll(
  context: AskContext,
  subnets: readonly Subnet[],
  viewpoint: Viewpoint,
): Promise<SubnetMap[]> {
  return Promise.all(subnets.map((subnet) => draw(context, subnet, viewpoint)));
}

async function draw(context: AskContext, subnet: Subnet, viewpoint: Viewpoint): Promise<SubnetMap> {
  const { id } = subnet;
  const [{ enis }, reservations] = await Promise.all([
    listEnis(context, `list the ENIs of ${id}`, { subnetIds: [id] }),
    ask(context, `list the CIDR reservations of ${id}`, (signal) =>
      context.ec2.describeReservations(id, signal),
    ),
  ]);
  return subnetMap(
    { subnet, enis, reservations },
    boundsOf(viewpoint, subnet),
    viewpoint.identity?.instanceId,
  );
}
