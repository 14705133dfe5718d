/** Each invariant of the audit is broken by hand, in a store that is sound otherwise: it alone must say so. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { encodeCapData, slotRef } from '../../../kernel/capdata.js';
import { auditReport, type InvariantName } from '../../../kernel/index.js';
import type { KernelStorage } from '../../../kernel/store/storage.js';
import { hashSpan } from '../../../kernel/store/transcript.js';
import { makeTestKernel } from '../../support/kernel.js';
import { resultOf, scripted, whatOf, type Script } from '../../support/kernel-scripted.js';

type Row = readonly [key: string, value: string | undefined];
/** What to write, or how to change what a row has. */
type Fault = readonly (Row | readonly [key: string, change: (text: string) => string])[];

/** Answers all but `wait`; `timer` first sets a wakeup and keeps its token. */
const vat: Script = async (delivery, syscall) => {
  if (delivery[0] !== 'message' || whatOf(delivery) === 'wait') return;
  if (whatOf(delivery) === 'timer') {
    await syscall(['send', 'o-50', { methargs: encodeCapData(['setWakeup', [5000n, slotRef('o+0', 'Alleged: root')]]), result: 'p+9' }]);
    await syscall(['subscribe', 'p+9']);
  }
  if (delivery[2].result) await syscall(['resolve', [[resultOf(delivery), false, encodeCapData(1)]]]);
};

let rows: KernelStorage;

/** v1 is static; v2 is alice's, holds the timer and a token of it (ko24, ko27), and decides kp43. */
before(async () => {
  const k = await makeTestKernel({ scripts: { vat: scripted(vat) }, config: { bootstrap: 'boot', vats: { boot: { bundleId: 'vat' } } } });
  await k.outcome(k.createVat('alice', 'vat', 'vat', [slotRef('home.timer')]));
  await k.outcome(k.invoke('alice', 'vat', 'timer'));
  k.invoke('alice', 'vat', 'wait');
  await k.run();
  rows = k.kernel.state.rows;
});

const json = (change: Readonly<Record<string, unknown>>) => (text: string): string => JSON.stringify({ ...(JSON.parse(text) as object), ...change });
const send = (target: string, result: string | null): string => JSON.stringify({ type: 'send', target, methargs: { body: '#["m",[]]', slots: [] }, result });
const settled: Fault = [['p.b42', 'f 1'], ['pd.b42', '{"body":"#1","slots":[]}']];

const faults: Readonly<Record<InvariantName, Fault>> = {
  clistsAreBijections: [['c.a1.v.o-50', undefined]],
  entriesReferToWhatExists: [['c.a1.k.ob24', 'R o+9'], ['c.a1.v.o+9', 'ko24']],
  ownersHaveWhatTheyExport: [['c.a2.k.ob25', '_ o+0']],
  orphansAndServiceObjectsAreHeld: [['next.object', '200'], ['o.c100', '- 0 0']],
  serviceDataIsOfServiceObjects: [['os.b25', '{"kind":"x"}']],
  countsMatchHolders: [['n.bob.x', 'ko25 ']],
  importersIndexIsExact: [['oi.b25.a1', '']],
  gcActionsAreForLiveVats: [['g.a7.1.b20', '']],
  numbersAreFresh: [['next.object', '27']],
  importNumbersAreFresh: [['vd.a1', json({ object: 52 })]],
  queueNumbersAreFresh: [['next.timer', '1']],
  drainsWaitForWhatWasNumbered: [['meta.drain', 'leftover 0 900']],
  unresolvedPromisesHaveALiveDeciderOrNone: [['p.b43', 'u 2 v1']],
  resultsInFlightHaveNoDecider: [['q.a7', send('ko25', 'kp43')], ['o.b25', 'v2 3 3'], ['p.b43', 'u 3 v2']],
  settledPromisesHaveDataAndNothingElse: [['p.b42', 'f 1'], ['ph.b42', '']],
  noPromiseIsFulfilledToAPromise: [['p.b42', 'f 1'], ['ph.b42', ''], ['pd.b42', '{"body":"#\\"&0\\"","slots":["kp43"]}'], ['p.b43', 'u 3 v2']],
  settledPromisesInClistsHaveANotify: [...settled, ['c.a1.k.pb42', 'R p-50'], ['c.a1.v.p-50', 'kp42']],
  notifiesAreOfSettledPromises: [['q.a7', '{"type":"notify","vat":"v2","promise":"kp43"}'], ['p.b43', 'u 3 v2']],
  subscribersHaveThePromise: [['ps.b43.a1', '']],
  promisesAreHeld: [['p.b42', 'u 0 -']],
  promiseRowsHaveTheirPromise: [['pd.b41', '{"body":"#1","slots":[]}']],
  queuedMessagesNameObjects: [['q.a7', send('kp43', null)], ['p.b43', 'u 3 v2']],
  onlyPausedVatsHaveAQueueOfTheirOwn: [['qp.a2.a7', send('ko25', null)], ['o.b25', 'v2 3 3']],
  pausedQueuesHoldNoAloneItems: [['v.a2', json({ life: 'paused' })], ['qp.a2.a7', '{"type":"terminate-vat","vat":"v2","reason":{"body":"#1","slots":[]},"result":null}']],
  reapsAreQueuedOnce: [['r.a1', 'v1'], ['next.reap', '2']],
  laterReapsAreQueuedOnce: [['rl.a1', 'v1'], ['next.reap', '2']],
  timersKnowTheirTokens: [['os.b27', json({ at: '' })]],
  pinsAreOfNamedVats: [['vname.boot', undefined]],
  terminatedVatsAreBeingRemoved: [['vt.a1', 'v1']],
  nothingIsLeftOfForgottenVats: [['vp.a9', '{"body":"#{}","slots":[]}']],
  vatsHaveProgress: [['vd.a2', undefined]],
  vatsHaveTheirBundle: [['v.a1', json({ bundleId: 'another' })]],
  spansBeginWithTheirStart: [['vd.a1', text => json({ spanStart: (JSON.parse(text) as { position: number }).position, spanHash: hashSpan([]) })(text)], ['@s.a1', text => json({ start: (JSON.parse(rows.get('vd.a1') as string) as { position: number }).position })(text)]],
  spanRowsAreExact: [['@s.a2', json({ heap: 'another' })]],
  spansHaveTheirHash: [['@t.a2.a2', json({ r: { status: 'ok', computrons: 1 } })]],
  historyIsCounted: [['meta.step', '0']],
  countersAreWhatRowsSay: [['ledger.u.chain', text => text.replace(/^\d+/, '99')]],
  vatsAreChargedForAsTheyAre: [['v.a1', json({ owner: 'nobody' })]],
  chargesAreOfWhatThereIs: [['ledger.r.run.v99.1', 'account: 0 0,0,0,0,0,0 = 0 x'], ['ledger.l.account:/run.v99.1', ''], ['ledger.h.run.v99', '1'], ['ledger.meta.rows', text => String(Number(text) + 1)]],
};

function failing(fault: Fault): readonly string[] {
  rows.beginStep();
  for (const [key, value] of fault) {
    const next = typeof value === 'function' ? value(rows.get(key) as string) : value;
    assert.notEqual(next, rows.get(key), `${key} is changed`);
    if (next === undefined) rows.delete(key);
    else rows.set(key, next);
  }
  const failed = auditReport(rows).filter(report => report.faults.length > 0).map(({ invariant }) => invariant);
  rows.dropStep();
  return failed;
}

test('a sound store has no faults, and every invariant that is listed has a test here', () => {
  const report = auditReport(rows);
  assert.deepEqual(report.filter(({ faults: found }) => found.length > 0), []);
  assert.deepEqual(report.map(({ invariant }) => invariant).sort(), Object.keys(faults).sort());
});

for (const [invariant, fault] of Object.entries(faults)) {
  test(`${invariant} fails alone`, () => {
    assert.deepEqual(failing(fault), [invariant]);
  });
}
