import t from 'tap';
import { createPingReader } from '../../../../agent/nodeport/node/ping-lines.ts';

/** What each line tells: `+` an answer, `-` a miss, ` ` nothing. */
function read(lines: string): string {
  const reader = createPingReader();
  return lines
    .trim()
    .split('\n')
    .map((line) => ({ true: '+', false: '-', undefined: ' ' })[`${reader(line.trim())}`])
    .join('');
}

// What iputils 20221126 said, in the C locale.
const said: [string, string, string][] = [
  [
    'IPv4 answers, then none, then again',
    `PING 10.9.0.2 (10.9.0.2) 56(84) bytes of data.
     64 bytes from 10.9.0.2: icmp_seq=1 ttl=64 time=0.429 ms
     64 bytes from 10.9.0.2: icmp_seq=2 ttl=64 time=0.053 ms
     no answer yet for icmp_seq=3
     no answer yet for icmp_seq=4
     64 bytes from 10.9.0.2: icmp_seq=5 ttl=64 time=0.047 ms`,
    ' ++--+',
  ],
  [
    'IPv6 answers',
    `PING fd09::2(fd09::2) 56 data bytes
     64 bytes from fd09::2: icmp_seq=1 ttl=64 time=0.066 ms
     64 bytes from fd09::2: icmp_seq=2 ttl=64 time=0.066 ms`,
    ' ++',
  ],
  [
    'nobody is there: each probe is one miss, and the errors that come for it are no more',
    `PING 10.9.0.9 (10.9.0.9) 56(84) bytes of data.
     no answer yet for icmp_seq=1
     no answer yet for icmp_seq=2
     From 10.9.0.1 icmp_seq=1 Destination Host Unreachable
     From 10.9.0.1 icmp_seq=2 Destination Host Unreachable
     From 10.9.0.1 icmp_seq=3 Destination Host Unreachable
     no answer yet for icmp_seq=3
     no answer yet for icmp_seq=4`,
    ' --   --',
  ],
  [
    'nobody is there, by IPv6',
    `PING fd09::9(fd09::9) 56 data bytes
     no answer yet for icmp_seq=1
     From fd09::1 icmp_seq=1 Destination unreachable: Address unreachable
     From fd09::1 icmp_seq=2 Destination unreachable: Address unreachable
     no answer yet for icmp_seq=2`,
    ' -  -',
  ],
  [
    'answers that come later than the next probe are misses, and no more than that',
    `PING 10.9.0.2 (10.9.0.2) 56(84) bytes of data.
     no answer yet for icmp_seq=1
     64 bytes from 10.9.0.2: icmp_seq=1 ttl=64 time=700 ms
     no answer yet for icmp_seq=2
     64 bytes from 10.9.0.2: icmp_seq=2 ttl=64 time=700 ms`,
    ' - - ',
  ],
  [
    'a redirect, of a probe that is answered',
    `From 10.9.0.1: icmp_seq=1 Redirect Host(New nexthop: 10.9.0.2)
     64 bytes from 10.9.0.2: icmp_seq=1 ttl=64 time=0.429 ms`,
    ' +',
  ],
  [
    'an answer that comes twice',
    `64 bytes from 10.9.0.2: icmp_seq=1 ttl=64 time=0.429 ms
     64 bytes from 10.9.0.2: icmp_seq=1 ttl=64 time=0.430 ms (DUP!)
     64 bytes from 10.9.0.2: icmp_seq=2 ttl=64 time=0.429 ms`,
    '+ +',
  ],
  [
    'a number that starts anew',
    `64 bytes from 10.9.0.2: icmp_seq=32000 ttl=64 time=0.1 ms
     no answer yet for icmp_seq=64000
     64 bytes from 10.9.0.2: icmp_seq=65535 ttl=64 time=0.1 ms
     64 bytes from 10.9.0.2: icmp_seq=0 ttl=64 time=0.1 ms
     no answer yet for icmp_seq=1
     64 bytes from 10.9.0.2: icmp_seq=1 ttl=64 time=900 ms
     64 bytes from 10.9.0.2: icmp_seq=2 ttl=64 time=0.1 ms`,
    '+-++- +',
  ],
  [
    'what else it says',
    `ping: sendmsg: Network is unreachable

     --- 10.9.0.2 ping statistics ---
     8 packets transmitted, 4 received, 50% packet loss, time 3584ms`,
    '    ',
  ],
];
for (const [title, lines, expected] of said) {
  t.test(title, async (t) => {
    t.equal(read(lines), expected);
  });
}
