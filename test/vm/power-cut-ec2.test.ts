/** The power is cut while EC2 is asked. */
import { testCuts } from './power-cut.ts';

await testCuts(import.meta.url, [
  { at: 'afterCall', call: 'DescribeSubnets ' },
  { at: 'beforeCall', call: 'CreateNetworkInterface eth1' },
  { at: 'afterCall', call: 'CreateNetworkInterface eth1' },
  { at: 'afterCall', call: 'CreateNetworkInterface eth2' },
  { at: 'beforeCall', call: 'AttachNetworkInterface eth1' },
  { at: 'afterCall', call: 'AttachNetworkInterface eth2' },
  { at: 'afterCall', call: 'ModifyNetworkInterfaceAttribute eth2 SourceDestCheck' },
]);
