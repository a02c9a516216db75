/** The power is cut while the node takes shape. */
import { testCuts } from './power-cut.ts';

await testCuts(import.meta.url, [
  { at: 'file', path: '/etc/systemd/network/10-multus-bootstrap-eth1.network' },
  { at: 'device', nth: 1 },
  { at: 'device', nth: 2 },
  { at: 'file', path: '/etc/eks/nodeadm.d/60-multus-bootstrap.yaml' },
  { at: 'file', path: '/run/multus-bootstrap/go' },
  { at: 'journal', says: 'Started kubelet.service' },
]);
