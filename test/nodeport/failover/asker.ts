/**
 * Asks over HTTP who serves at an address, from the namespace it is started in, until its standard input ends: a new
 * connection every so many ms, whatever became of those before. Each answer is a line, as JSON; so is each time that
 * the machine was too busy to let it ask.
 */
import { Agent, get } from 'node:http';

const [host = '', port = '', everyMs = '', patienceMs = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: false });
const now = () => Number(process.hrtime.bigint()) / 1e6;

/** Longer than between two questions, in ms. */
const late = 100;
let before = now();

function ask(): void {
  const since = now() - before;
  before += since;
  if (since > late) {
    process.stdout.write(`{"at":${before},"stalledMs":${since}}\n`);
  }
  const signal = AbortSignal.timeout(Number(patienceMs));
  get({ host, port, agent, signal }, (response) => {
    let body = '';
    response
      .setEncoding('utf8')
      .on('error', () => undefined)
      .on('data', (chunk) => {
        body += chunk;
      })
      .on('end', () => process.stdout.write(`{"at":${now()},"by":${body}}\n`));
  }).on('error', () => undefined);
}

setInterval(ask, Number(everyMs));
process.stdin.on('end', () => process.exit()).resume();
