import t from 'tap';
import { parseExecCredential } from '../../../../agent/nodeport/node/exec-plugin.ts';
import { parseKubeconfig } from '../../../../agent/nodeport/node/kubeconfig.ts';
import { routerOf } from '../../../../agent/nodeport/node/router.ts';

const eks = `
apiVersion: v1
kind: Config
clusters:
  - name: kubernetes
    cluster:
      certificate-authority: /etc/kubernetes/pki/ca.crt
      server: https://0123.gr7.eu-central-1.eks.amazonaws.com
current-context: kubelet
contexts:
  - name: kubelet
    context: {cluster: kubernetes, user: kubelet}
users:
  - name: kubelet
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1beta1
        command: aws-iam-authenticator
        args: [token, -i, my-cluster, --region, eu-central-1]
        env:
          - {name: AWS_STS_REGIONAL_ENDPOINTS, value: regional}
`;

t.test('a kubeconfig as nodeadm writes it', async (t) => {
  t.same(parseKubeconfig(eks), {
    server: 'https://0123.gr7.eu-central-1.eks.amazonaws.com',
    tlsServerName: undefined,
    ca: { path: '/etc/kubernetes/pki/ca.crt' },
    certificate: undefined,
    key: undefined,
    token: undefined,
    tokenFile: undefined,
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      command: 'aws-iam-authenticator',
      args: ['token', '-i', 'my-cluster', '--region', 'eu-central-1'],
      env: { AWS_STS_REGIONAL_ENDPOINTS: 'regional' },
    },
  });
});

t.test('a kubeconfig with certificates, and a second context', async (t) => {
  const config = parseKubeconfig(`
clusters:
  - {name: other, cluster: {server: 'https://other'}}
  - {name: mine, cluster: {server: 'https://10.0.0.1:6443', certificate-authority-data: Q0E=, tls-server-name: kubernetes}}
contexts:
  - {name: other, context: {cluster: other, user: other}}
  - {name: mine, context: {cluster: mine, user: me}}
current-context: mine
users:
  - {name: other, user: {token: no}}
  - {name: me, user: {client-certificate: pki/current.pem, client-key-data: S0VZ, tokenFile: token}}
`);
  t.match(config, {
    server: 'https://10.0.0.1:6443',
    tlsServerName: 'kubernetes',
    ca: { data: Buffer.from('CA') },
    certificate: { path: 'pki/current.pem' },
    key: { data: Buffer.from('KEY') },
    token: undefined,
    tokenFile: 'token',
  });
});

const broken: [string, string, RegExp][] = [
  ['empty', '', /no context undefined in it/],
  [
    'of another context',
    eks
      .replace('current-context: kubelet', 'current-context: x')
      .replace('contexts:', 'contexts:\n  - {name: b, context: {}}'),
    /no context x in it/,
  ],
  ['without a server', eks.replace(/server: .*/, 'server: ""'), /no server in its cluster kubernetes/],
  ['no YAML', '{', /./],
];
for (const [title, text, message] of broken) {
  t.test(`a kubeconfig: ${title}`, async (t) => {
    t.throws(() => parseKubeconfig(text), { message });
  });
}

t.test('what an exec plugin answers', async (t) => {
  const plugin = { apiVersion: 'client.authentication.k8s.io/v1', command: 'x', args: [], env: {} };
  const answer = (status: object, apiVersion = plugin.apiVersion) =>
    JSON.stringify({ kind: 'ExecCredential', apiVersion, spec: {}, status });
  t.same(parseExecCredential(plugin, answer({ token: 'abc', expirationTimestamp: '2026-11-21T18:03:05Z' })), {
    token: 'abc',
    certificate: undefined,
    key: undefined,
    expiresAt: Date.UTC(2026, 10, 21, 18, 3, 5),
  });
  t.match(parseExecCredential(plugin, answer({ clientCertificateData: 'C', clientKeyData: 'K' })), {
    token: undefined,
    certificate: 'C',
    key: 'K',
    expiresAt: undefined,
  });
  for (const text of ['', 'secret', answer({}), answer({ token: 'secret' }, 'v1')]) {
    t.throws(() => parseExecCredential(plugin, text), {
      message: /^`x` answered (no ExecCredential|neither)/,
    });
  }
});

t.test('the router of an address', async (t) => {
  const cidrs = ['10.0.4.0/24', '2600:1f18:1:4::/64'];
  t.equal(routerOf('10.0.4.201', cidrs), '10.0.4.1');
  t.equal(routerOf('2600:1f18:1:4::c9', cidrs), 'fe80:ec2::1');
  t.equal(routerOf('10.0.5.201', cidrs), undefined);
});
