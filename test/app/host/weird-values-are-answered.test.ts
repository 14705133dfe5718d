import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from 'node:path';
import { KernelStorage, audit } from '../../../kernel/index.js';
import { NodeDatabase } from '../../../app/store.js';
import { script } from './puppet.js';
import { invoke, startTestApp, type TestApp } from './support.js';
import { makeRandom } from './workload.js';

const methods = [
  'makePurse', 'canReceive', 'deposit', 'withdraw', 'sendTo', 'balance', 'refund', 'node', 'set', 'append', 'delete', 'child', 'now', 'delay', 'wakeAt', 'setWakeup', 'repeat', 'cancel',
  'publish', 'unpublish', 'lookup', 'createVat', 'upgrade', 'terminate', 'setOptions', 'getUsage', 'done', 'constructor', '__proto__', 'toString', '#x', '$0', '@@asyncIterator',
];
const atoms = [
  null, true, 0, -0, 1.5, 1e308, '', 'uwind', '+1', '-1', '+0', '+18446744073709551616', `+${'9'.repeat(900)}`, `+${'9'.repeat(3000)}`, '#undefined', '#NaN', '#Infinity', '#-Infinity', '!$0', '!!', '$0', '$1', '$0.Alleged: x',
  '$0.x', '$99', '&0', '%sym', '%@@iterator', '%@@nothing', 'a.b', 'sys', 'x'.repeat(70_000), '\ud800', '🙂', 'windlass1', '\u0000', '__proto__',
];
const keys = ['a', '', '__proto__', 'constructor', '!#tag', '#tag', '#error', 'label', 'parameters', 'options', 'computeBalance', 'memoryLimitBytes', '!x', '$x', '0', 'payload', 'name', 'upgradeMessage'];

/** JSON of a smallcaps body, mostly good, sometimes not. */
function makeBodies(seed: number) {
  const random = makeRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const value = (depth: number): unknown => {
    const kind = depth > 3 ? 0 : random();
    if (kind < 0.6) return pick(atoms);
    if (kind < 0.75) return Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
    if (kind < 0.82) return { '#tag': pick(['copySet', 'x', 5]), payload: value(depth + 1) };
    if (kind < 0.88) return { '#error': pick(['boom', '!x', 7]), name: pick(['Error', 'TypeError', '']) };
    return Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, () => [pick(keys), value(depth + 1)]));
  };
  const args = (): string => JSON.stringify(Array.from({ length: Math.floor(random() * 4) }, () => value(0)));
  const damaged = (text: string): string => (random() < 0.1 ? text.slice(0, Math.floor(random() * text.length)) : random() < 0.05 ? '['.repeat(40) : text);
  return { random, pick, args, damaged };
}

async function holdsItsInvariants(app: TestApp): Promise<void> {
  await app.close();
  const database = await NodeDatabase.open(join(app.data, 'windlass.db'));
  assert.deepEqual(audit(await KernelStorage.open(database.kernelBacking)), []);
  await database.close();
}

for (const seed of [1, 2, 3]) {
  test(`services, called by accounts and by vats with anything, answer and go on; seed ${seed}`, { timeout: 300_000 }, async () => {
    const app = await startTestApp();
    try {
      const ann = app.people[0]!;
      const { random, pick, args, damaged } = makeBodies(seed);
      const invokeNow = (target: string, method: string, body: string, saveAs: string) =>
        app.act(ann, 'MsgInvoke', { sender: ann.address, target, method, args: { body, slots: [] }, saveAs, funds: [] });
      await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'p', saveAs: 'vat' });
      await invokeNow('home.bank', 'makePurse', '#["uwind"]', 'purse');
      await invokeNow('home.storage', 'node', '#["x"]', 'node');
      const put = await app.act(ann, 'MsgInvoke', { sender: ann.address, target: 'purse', method: 'deposit', saveAs: '', funds: [{ denom: 'uwind', amount: '100000' }] });
      await app.outcome(put);
      await app.outcome(await invokeNow('purse', 'withdraw', '#["+10"]', 'pay'));
      const names = ['home.bank', 'home.storage', 'home.timer', 'home.directory', 'home.vats', 'vat.admin', 'purse', 'node', 'pay', 'vat'];
      let accepted = 0;
      let refused = 0;
      for (let block = 0; block < 25; block += 1) {
        ann.sequence = await app.sequenceOf(ann);
        const txs: Uint8Array[] = [];
        const direct = { body: damaged(`#${args()}`).toWellFormed(), slots: [pick(names), pick(names)] };
        txs.push(await ann.sign([invoke(ann, pick(names), pick(methods), direct)]));
        const { txResults } = await app.block(txs);
        if (txResults[0]?.code === 0) accepted += 1;
        else refused += 1;
        // The vat sends what no tx could: methargs that are no call at all, promises, and results that nobody settles.
        const sends = Array.from({ length: 12 }, (_, index) => [
          'send', pick(['@0', '@1', 'o+0']),
          { methargs: { body: damaged(random() < 0.8 ? `#${JSON.stringify([pick(methods), 0]).replace('0]', `${args()}]`)}` : `#${args()}`), slots: [pick(['@0', '@1', 'o+3', 'o+d4/2', 'p+9'])] }, result: random() < 0.6 ? `p+${100 + block * 20 + index}` : null },
        ]);
        ann.sequence = await app.sequenceOf(ann);
        await app.send(ann, [invoke(ann, 'vat', 'go', script(sends, [pick(names), pick(names)]))]);
        await app.block();
      }
      assert.ok(accepted > 2 && refused > 2, `${accepted} accepted, ${refused} refused`);
      for (let block = 0; block < 5; block += 1) await app.block();
      await holdsItsInvariants(app);
    } finally {
      await app.end();
    }
  });
}
