import assert from 'node:assert/strict';
import { isObject, type JsonObject } from '../../agent/host/json.ts';
import { readDocuments } from '../userdata/examples.ts';
import type { Vm } from './vm.ts';

/** A network as a runtime has it: the plugins of a NetworkAttachmentDefinition, in their order. */
export interface Network {
  name: string;
  cniVersion: string;
  plugins: JsonObject[];
}

/** The first definition of a file in userdata/network-attachment-definitions/. */
export function readNetwork(file: string): Network {
  const [definition] = readDocuments(`network-attachment-definitions/${file}`);
  assert(isObject(definition?.spec) && typeof definition.spec.config === 'string');
  const config: unknown = JSON.parse(definition.spec.config);
  assert(isObject(config) && typeof config.name === 'string' && typeof config.cniVersion === 'string');
  const { name, cniVersion, plugins } = config;
  return { name, cniVersion, plugins: Array.isArray(plugins) ? plugins.filter(isObject) : [config] };
}

/** Whereabouts is not among Debian's plugins: host-local gives the same addresses, without counting over all nodes. */
export function withHostLocal(network: Network): Network {
  const plugins = network.plugins.map((plugin) => {
    assert(isObject(plugin.ipam) && plugin.ipam.type === 'whereabouts');
    const { range, range_start: rangeStart, range_end: rangeEnd, gateway } = plugin.ipam;
    return { ...plugin, ipam: { type: 'host-local', subnet: range, rangeStart, rangeEnd, gateway } };
  });
  return { ...network, plugins };
}

/** What a pod has of a network. */
export interface Attachment {
  vm: Vm;
  network: Network;
  pod: string;
  /** The last plugin's answer. */
  result: JsonObject;
}

/** Has the plugins give a pod's namespace `net1`, each being told what the one before it did. */
export async function add(vm: Vm, network: Network, pod: string): Promise<Attachment> {
  await vm.output(['ip', 'netns', 'add', pod]);
  let result: JsonObject | undefined;
  for (const plugin of network.plugins) {
    result = JSON.parse(await call({ vm, network, pod, result }, 'ADD', plugin));
  }
  assert(result !== undefined);
  return { vm, network, pod, result };
}

/** Takes it away again, the last plugin first. */
export async function remove(attachment: Attachment): Promise<void> {
  for (const plugin of attachment.network.plugins.toReversed()) {
    await call(attachment, 'DEL', plugin);
  }
  await attachment.vm.output(['ip', 'netns', 'delete', attachment.pod]);
}

async function call(
  { vm, network, pod, result }: Omit<Attachment, 'result'> & { result: JsonObject | undefined },
  command: 'ADD' | 'DEL',
  plugin: JsonObject,
): Promise<string> {
  const { name, cniVersion } = network;
  const config = { ...plugin, name, cniVersion, ...(result && { prevResult: result }) };
  const environment = [
    `CNI_COMMAND=${command}`,
    `CNI_CONTAINERID=${pod}`,
    `CNI_NETNS=/run/netns/${pod}`,
    'CNI_IFNAME=net1',
    'CNI_PATH=/opt/cni/bin',
  ];
  const encoded = Buffer.from(JSON.stringify(config)).toString('base64');
  const answer = await vm.exec([
    ...['sh', '-c', `echo ${encoded} | base64 -d | env "$@"`, 'sh'],
    ...environment,
    `/opt/cni/bin/${plugin.type}`,
  ]);
  assert.equal(answer.exitCode, 0, `${plugin.type} ${command}: ${answer.stdout}${answer.stderr}`);
  return answer.stdout;
}
