import { Writable } from 'node:stream';
import t from 'tap';
import { createLog, type Log } from '../../../agent/report/log.ts';

/** What a log writes while a story is told to it. */
function told(env: Record<string, string>, story: (log: Log) => void, isTTY = false): string {
  const chunks: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  story(createLog({ env, stream: Object.assign(stream, { isTTY }) }));
  return chunks.join('');
}

const claimed = (log: Log) =>
  log.info('eth1: claimed 10.0.4.4 in subnet-1', { interface: 'eth1', address: '10.0.4.4', ms: 12 });

t.test('for people: the seconds since the start, the level where it is not info', (t) => {
  t.match(
    told({}, claimed),
    /^ +\d\.\d{3}s {2}eth1: claimed 10\.0\.4\.4 in subnet-1 interface=eth1 address=10\.0\.4\.4 ms=12\n$/,
  );
  t.match(
    told({}, (log) => log.warn('slow')),
    /s {2}warn: slow\n$/,
  );
  t.match(
    told({}, (log) => log.error('failed')),
    /s {2}error: failed\n$/,
  );
  t.end();
});

t.test('for the journal: a priority before each line, and no time', (t) => {
  const env = { JOURNAL_STREAM: '8:12345' };
  t.equal(
    told(env, claimed),
    '<6>eth1: claimed 10.0.4.4 in subnet-1 interface=eth1 address=10.0.4.4 ms=12\n',
  );
  t.equal(
    told(env, (log) => log.warn('two\nlines')),
    '<4>two\n<4>lines\n',
  );
  t.equal(
    told(env, (log) => log.error('failed')),
    '<3>failed\n',
  );
  t.end();
});

t.test('for machines: one JSON object a line, on a terminal and in the journal too', (t) => {
  for (const isTTY of [false, true]) {
    const lines = told(
      { LOG_FORMAT: 'json', JOURNAL_STREAM: '8:12345' },
      (log) => {
        claimed(log);
        log.progress('working');
        log.error('two\nlines');
      },
      isTTY,
    );
    const [first, second, ...rest] = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.match(first, {
      time: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
      level: 'info',
      message: 'eth1: claimed 10.0.4.4 in subnet-1',
      interface: 'eth1',
      ms: 12,
    });
    t.match(second, { level: 'error', message: 'two\nlines' });
    t.same(rest, []);
  }
  t.end();
});

t.test('debug lines only where they are asked for', (t) => {
  const env = { JOURNAL_STREAM: '8:12345' };
  t.equal(
    told(env, (log) => log.debug('detail')),
    '',
  );
  t.equal(
    told({ ...env, LOG_LEVEL: 'debug' }, (log) => log.debug('detail')),
    '<7>detail\n',
  );
  t.end();
});

t.test('fields: undefined ones not at all, blanks in quotes', (t) => {
  const env = { JOURNAL_STREAM: '8:12345' };
  const lines = told(env, (log) => {
    log.info('attached', { interface: 'eth1', deviceIndex: 1, address: undefined, code: 'a b' });
    log.info('said', { code: 'x="y"' });
    log.info('empty', { code: '' });
  });
  t.equal(
    lines,
    '<6>attached interface=eth1 deviceIndex=1 code="a b"\n' +
      '<6>said code="x=\\"y\\""\n' +
      '<6>empty code=""\n',
  );
  t.end();
});

t.test('progress: on a terminal, until the next line; nowhere else', (t) => {
  const story = (log: Log) => {
    log.progress('waiting for eth1');
    log.info('done');
  };
  const shown = told({}, story, true);
  t.match(
    shown.replaceAll('\r\u001b[K', '<clear>'),
    /^<clear>waiting for eth1<clear> +\d\.\d{3}s {2}done\n$/,
  );
  t.match(told({ JOURNAL_STREAM: '8:12345' }, story, true), 'waiting for eth1', 'it leaks into terminals');
  t.equal(told({ JOURNAL_STREAM: '8:12345' }, story), '<6>done\n');
  t.end();
});

t.test('no line tells a secret, in whatever form', (t) => {
  const secrets = [
    'SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"',
    'aws_secret_access_key=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    '{"Token" : "wJalrXUtnFEMI"}',
    'X-Amz-Security-Token=wJalrXUtnFEMI&X-Amz-Date=now',
    'x-aws-ec2-metadata-token: wJalrXUtnFEMI',
    'Authorization: AWS4-HMAC-SHA256 Credential=wJalrXUtnFEMI/x, SignedHeaders=host, Signature=wJalrXUtnFEMI',
    'proxy http://user:wJalrXUtnFEMI@proxy:3128 refused',
    'key ASIAWJALRXUTNFEMI123 is not valid',
  ];
  const forms = [{}, { JOURNAL_STREAM: '8:12345' }, { LOG_FORMAT: 'json' }];
  for (const secret of secrets) {
    for (const env of forms) {
      const lines = told(env, (log) => {
        log.error(secret, { code: secret });
      });
      t.match(lines, '[redacted]');
      t.notMatch(lines, /wJalrXUtnFEMI/i, secret);
    }
  }
  t.match(
    told({}, (log) => log.info('clientToken=abc')),
    'clientToken=abc',
    'which is no secret',
  );
  t.end();
});
