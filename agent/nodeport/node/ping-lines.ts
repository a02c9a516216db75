/** ICMP numbers the probes: behind 65535 they start anew. */
const numbers = 65_536;
const line = /^(?:(\d+ bytes from )|no answer yet for )\S*?:? ?icmp_seq=(\d+)/;

/**
 * Reads what `ping -n -O` says (iputils, in the C locale): whether a probe was answered, undefined for a line that tells
 * nothing new. It says `no answer yet` as it sends the next probe: an answer that comes later than the interval is a
 * miss, and is not counted once more when it comes. ICMP errors are not counted either: they come late, for several
 * probes at once, and some of them (a redirect) for a probe that is answered.
 */
export function createPingReader(): (text: string) => boolean | undefined {
  let last = 0;
  return (text) => {
    const [, answer, number] = line.exec(text) ?? [];
    const ahead = (Number(number) - last + numbers) % numbers;
    if (number === undefined || ahead === 0 || ahead >= numbers / 2) {
      return undefined;
    }
    last = Number(number);
    return answer !== undefined;
  };
}
