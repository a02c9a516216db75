/** How far apart the numbers of two probes may be: they start anew behind 65535. */
const numbers = 65_536;
const line = /^(?:(\d+ bytes from )|(no answer yet for )|From )\S*.*?icmp_seq=(\d+)/;

/**
 * Reads what `ping -n -O` says (iputils, in the C locale): whether each probe was answered, undefined for a line that
 * tells nothing new. With -O it says `no answer yet` as it sends the next probe, so an answer that comes later than
 * the interval is a miss, and is not counted once more when it comes. Neither is an ICMP error, which comes in late
 * for several probes at once.
 */
export function createPingReader(): (text: string) => boolean | undefined {
  let last = 0;
  return (text) => {
    const [, answer, silence, number] = line.exec(text) ?? [];
    const ahead = (Number(number) - last + numbers) % numbers;
    if (number === undefined || ahead === 0 || ahead >= numbers / 2) {
      return undefined;
    }
    if (answer === undefined && silence === undefined) {
      // An error that is about a probe still out: it is not answered, whatever else comes.
      last = Number(number);
      return false;
    }
    last = Number(number);
    return answer !== undefined;
  };
}
