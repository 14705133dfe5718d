import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Passable } from '../../../kernel/capdata.js';
import { encodeCapData, promiseRef, slotRef } from '../../../kernel/capdata.js';
import type { DeliveryOutcome, RecordedSyscall, VatSyscall } from '../../../kernel/vat/protocol.js';
import { makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';
import { StoreAnswerer, TestVat, vatBundle } from '../../support/worker-kit.js';

const own = makeXsnapWorkerFactory();
const published = makeXsnapWorkerFactory({ supervisor: 'published' });
after(() => Promise.all([own.shutdown(), published.shutdown()]));

type Call = readonly [method: string, args: readonly Passable[]];

const conversations: { readonly [vat: string]: readonly Call[] } = {
  durable: [['open', ['a']], ['open', ['b']], ['open', ['a']], ['find', ['b']], ['close', ['a']], ['find', ['a']]],
  promiser: [['call', [slotRef('o-60'), 'ping', promiseRef('p-900')]], ['give', ['x']], ['watch', [promiseRef('p-901')]], ['resolve', ['x', 7n]]],
  counter: [['increment', [5n]], ['read', []], ['nothing', []]],
  spammer: [['store', [3]], ['storeText', ['k', 'x'.repeat(300_000)]], ['store', [5]], ['send', [slotRef('o-70'), 40]]],
  'fails-to-start': [],
};

async function converse(factory: typeof own, name: string, calls: readonly Call[], store: StoreAnswerer): Promise<readonly DeliveryOutcome[]> {
  const { zip } = await vatBundle(name);
  const worker = await factory.start({ name, vatId: 'v1', bundle: zip, computronsPerDelivery: 100_000_000 });
  const vat = new TestVat(worker, store);
  const outcomes = [await vat.deliver(['startVat', encodeCapData(undefined)])];
  for (const [method, args] of calls) outcomes.push(await vat.call(method, args));
  if (calls.length > 0) outcomes.push(await vat.deliver(['bringOutYourDead']));
  await worker.close();
  return outcomes;
}

for (const [name, calls] of Object.entries(conversations)) {
  test(`${name}: the record is what single syscalls would give, without reads of what the delivery knows`, async () => {
    const [one, other] = [new StoreAnswerer(), new StoreAnswerer()];
    const [ours, theirs] = [await converse(own, name, calls, one), await converse(published, name, calls, other)];
    assert.deepEqual(ours.map(withoutCost), theirs.map(withoutCost).map(withoutKnownReads));
    assert.ok(ours[0]!.syscalls.length > 0, 'also what a start that fails has written');
    assert.deepEqual(one.seen, ours.flatMap(({ syscalls }) => syscalls.map(({ s }) => s)), 'answered in the order recorded');
    assert.deepEqual([...one.rows], [...other.rows]);
  });
}

/** Another supervisor may cost another sum, and says an error in its own words. */
function withoutCost({ verdict, syscalls }: DeliveryOutcome): Recorded {
  return { verdict: verdict.kind, syscalls };
}

type Recorded = { readonly verdict: string; readonly syscalls: readonly RecordedSyscall[] };

/** Of a row that it has read or written before, a delivery does not ask again. */
function withoutKnownReads({ verdict, syscalls }: Recorded): Recorded {
  const known = new Set<string>();
  const asked = syscalls.filter(({ s }) => {
    if (s[0] !== 'vatstoreGet' && s[0] !== 'vatstoreSet' && s[0] !== 'vatstoreDelete') return true;
    const isKnown = known.has(s[1]);
    known.add(s[1]);
    return !isKnown || s[0] !== 'vatstoreGet';
  });
  return { verdict, syscalls: asked };
}

test('a record replays syscall by syscall, reads included', async () => {
  const outcomes = await converse(own, 'durable', conversations['durable']!, new StoreAnswerer());
  const record = outcomes.flatMap(({ syscalls }) => syscalls);
  assert.ok(record.some(({ s }) => s[0] === 'vatstoreGet') && record.some(({ s }) => s[0] === 'vatstoreSet'));
  assert.deepEqual(await converse(own, 'durable', conversations['durable']!, new Replayer(record)), outcomes);
});

class Replayer extends StoreAnswerer {
  #next = 0;
  constructor(record: readonly RecordedSyscall[]) {
    super();
    Object.defineProperty(this, 'answer', {
      value: (syscall: VatSyscall) => {
        const { s, r } = record[this.#next]!;
        this.#next += 1;
        assert.deepEqual(syscall, s);
        return r;
      },
    });
  }
}

test('an answer that comes later keeps the order, also in what comes with the reply', async () => {
  const store = new StoreAnswerer();
  const { zip } = await vatBundle('counter');
  const worker = await own.start({ name: 'v1', vatId: 'v1', bundle: zip, computronsPerDelivery: 100_000_000 });
  const slow = async (syscall: VatSyscall): Promise<ReturnType<typeof ask>> => {
    await new Promise(setImmediate);
    return ask(syscall);
  };
  const ask = (syscall: VatSyscall) => store.answer(syscall) as readonly ['ok', unknown];
  const started = await worker.deliver(['startVat', encodeCapData(undefined)], slow);
  assert.deepEqual(started.verdict, { kind: 'ok' });
  assert.deepEqual(store.seen, started.syscalls.map(({ s }) => s));
  await worker.close();
});

test('an answerer that throws for what comes with the reply is an error of the host', async () => {
  const { zip } = await vatBundle('echo');
  const worker = await own.start({ name: 'v1', vatId: 'v1', bundle: zip, computronsPerDelivery: 100_000_000 });
  const store = new StoreAnswerer();
  await worker.deliver(['startVat', encodeCapData(undefined)], store.answer);
  const broken = new Error('the disk is gone');
  const message = ['message', 'o+0', { methargs: { body: '#["ping",[]]', slots: [] }, result: 'p-80' }] as const;
  await assert.rejects(worker.deliver(message, () => { throw broken; }), error => error === broken);
});
