import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { WorkerLost } from '../../../kernel/vat/protocol.js';
import { makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-fake-worker-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A process that starts as a worker does, and answers a delivery with the bytes it is made to. */
const fakeWorker = (bytes: string): string => `#!${process.execPath}
const fs = require('node:fs');
const frame = text => Buffer.byteLength(text) + ':' + text + ',';
const meter = '.{"compute":5,"timestamps":[]}\\u0001';
let input = Buffer.alloc(0);
const take = () => {
  for (;;) {
    const colon = input.indexOf(':');
    if (colon < 0) return undefined;
    const end = colon + 1 + Number(input.toString('latin1', 0, colon));
    if (input.length > end) {
      const text = input.toString('utf8', colon + 1, end);
      input = input.subarray(end + 1);
      return text;
    }
    return undefined;
  }
};
const stream = fs.createReadStream(null, { fd: 3 });
stream.on('data', chunk => {
  input = Buffer.concat([input, chunk]);
  for (let text = take(); text !== undefined; text = take()) {
    if (text.startsWith('e')) fs.writeSync(4, frame(meter));
    else if (text.startsWith('?["setBundle"')) fs.writeSync(4, frame(meter + '["dispatchReady"]'));
    else if (text.startsWith('?["deliver"')) fs.writeSync(4, eval(${JSON.stringify(bytes)}));
  }
});
`;

let made = 0;
async function deliverTo(bytes: string): Promise<unknown> {
  made += 1;
  const path = join(folder, `worker${made}`);
  writeFileSync(path, fakeWorker(bytes));
  chmodSync(path, 0o755);
  const factory = makeXsnapWorkerFactory({ supervisor: 'published', binary: { path, engineId: 'fake' }, bootTimeoutMs: 20_000 });
  try {
    const worker = await factory.start({ name: 'fake', vatId: 'v1', bundle: new Uint8Array(3), computronsPerDelivery: 100_000_000 });
    return await worker.deliver(['bringOutYourDead'], () => ['ok', null]);
  } finally {
    await factory.shutdown();
  }
}

for (const syscall of ['["send"]', '["nothing","x"]', 'null', '["vatstoreSet","k",5]', '["send","o-1",{"methargs":{"body":"#1","slots":[5]}}]']) {
  test(`a syscall of no known shape is the vat's fault: ${syscall}`, async () => {
    assert.deepEqual(await deliverTo(`frame('?["syscall",' + ${JSON.stringify(syscall)} + ']')`), {
      verdict: { kind: 'illegal-syscall', reason: 'malformed syscall' },
      syscalls: [],
      computrons: undefined,
      recordedBytes: 0,
    });
  });
}

test('a reply is taken as it is said', async () => {
  assert.deepEqual(await deliverTo(`frame(meter + '["ok",null,null]')`), { verdict: { kind: 'ok' }, syscalls: [], computrons: 5, recordedBytes: 0 });
});

test('the text of an error is bounded', async () => {
  const outcome = (await deliverTo(`frame(meter + JSON.stringify(['error', 'x'.repeat(100000), null]))`)) as { verdict: unknown };
  assert.deepEqual(outcome.verdict, { kind: 'error', message: 'x'.repeat(4096) });
});

test('a reply longer than may be recorded is a record bound', async () => {
  const outcome = (await deliverTo(`frame(meter + '["error","' + 'x'.repeat(33 * 1024 * 1024) + '",null]')`)) as { verdict: unknown };
  assert.deepEqual(outcome.verdict, { kind: 'record-bound', which: 'bytes' });
});

for (const [says, bytes] of Object.entries({
  'an empty reply': `frame(meter)`,
  'a reply without a meter': `frame('.["ok",null,null]')`,
  'a meter that is not JSON': `frame('.{"compute":\\u0001["ok",null,null]')`,
  'a meter without computrons': `frame('.{}\\u0001["ok",null,null]')`,
  'a reply that is not JSON': `frame(meter + 'ok')`,
  'a reply that is no list': `frame(meter + '{}')`,
  'a fault of the supervisor': `frame(meter + '["err","TypeError","no"]')`,
  'an unknown tag': `frame(meter + '["bad tag","x"]')`,
  'an engine that throws': `frame('!TypeError: no')`,
  'a message that is not JSON': `frame('?x')`,
  'a message that is no list': `frame('?{}')`,
  'a message of an unknown tag': `frame('?["nothing"]')`,
  'bytes that are no frame': `'hello'`,
  'a frame without its comma': `'3:.ab;'`,
})) {
  test(`lost, which is no verdict: ${says}`, () => assert.rejects(deliverTo(bytes), WorkerLost));
}
