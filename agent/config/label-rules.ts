/** The keys below kubernetes.io and k8s.io that kubelet may set on its own node; it exits on any other. */
const kubeletKeys = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
]);
const kubeletPrefixes = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

const nameForm = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const prefixForm = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const syntax = 'letters, digits, "-", "_" and ".", a letter or digit first and last, at most 63';

/** What kubelet, or the API server, would refuse about a label's key; undefined if nothing. */
export function labelKeyFault(key: string): string | undefined {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && (prefix.length > 253 || !prefixForm.test(prefix))) {
    return `the prefix ${JSON.stringify(prefix)} is not a DNS name; write lower case letters, digits, "-" and "."`;
  }
  if (name.length > 63 || !nameForm.test(name)) {
    return `${JSON.stringify(name)} is not the name of a label; write ${syntax}`;
  }
  if (key === 'multus-bootstrap.io/ready') {
    return 'the agent sets this label itself; remove it';
  }
  if (prefix !== undefined && isKubernetes(prefix) && !kubeletKeys.has(key) && !isKubeletPrefix(prefix)) {
    return `kubelet refuses to start with this label, since ${prefix} is Kubernetes' own; write a prefix of yours, or node.kubernetes.io/${name}`;
  }
  return undefined;
}

/** What kubelet would refuse about a label's value; undefined if nothing. */
export function labelValueFault(value: string): string | undefined {
  if (value === '' || (value.length <= 63 && nameForm.test(value))) {
    return undefined;
  }
  return `${JSON.stringify(value)} is not the value of a label; write ${syntax}`;
}

function isKubernetes(prefix: string): boolean {
  return /(^|\.)(kubernetes|k8s)\.io$/.test(prefix);
}

function isKubeletPrefix(prefix: string): boolean {
  return kubeletPrefixes.some((allowed) => prefix === allowed || prefix.endsWith(`.${allowed}`));
}
