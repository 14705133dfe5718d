import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDispatch } from '../../../chain/abci/dispatch.js';
import { blockAt, makeGate, makeScriptedApplication, queryFor, turns } from './support.js';

const tx = (text: string): { tx: Uint8Array; type: number } => ({ tx: Buffer.from(text), type: 0 });

test('consensus requests run one at a time and in order', async () => {
  const gate = makeGate();
  const seen: string[] = [];
  const plain = makeScriptedApplication({});
  const application = makeDispatch({
    ...plain,
    finalizeBlock: async request => {
      seen.push(`begin ${request.height}`);
      await gate.opened;
      seen.push(`end ${request.height}`);
      return plain.finalizeBlock(request);
    },
    commit: async () => {
      seen.push('commit');
      return { retainHeight: 0n };
    },
  });
  const all = [application.finalizeBlock(blockAt(1n)), application.commit(), application.finalizeBlock(blockAt(2n))];
  await turns();
  assert.deepEqual(seen, ['begin 1']);
  gate.open();
  await Promise.all(all);
  assert.deepEqual(seen, ['begin 1', 'end 1', 'commit', 'begin 2', 'end 2']);
});

test('queries are answered while a block is being executed, but only so many at once', async () => {
  const gate = makeGate();
  let running = 0;
  let most = 0;
  const plain = makeScriptedApplication({});
  const application = makeDispatch({
    ...plain,
    finalizeBlock: async request => {
      await gate.opened;
      return plain.finalizeBlock(request);
    },
    query: async request => {
      most = Math.max(most, ++running);
      await turns(2);
      running -= 1;
      return plain.query(request);
    },
  }, { queryWidth: 3 });
  const executing = application.finalizeBlock(blockAt(1n));
  await Promise.all(Array.from({ length: 10 }, (_, index) => application.query(queryFor(String(index)))));
  assert.equal(most, 3);
  gate.open();
  await executing;
});

test('CheckTx overlap up to a bound and are answered in the order in which they came', async () => {
  const gates = Array.from({ length: 5 }, () => makeGate());
  const started: number[] = [];
  const answered: number[] = [];
  const plain = makeScriptedApplication({});
  const application = makeDispatch({
    ...plain,
    checkTx: async request => {
      const index = Number(Buffer.from(request.tx).toString());
      started.push(index);
      await gates[index]?.opened;
      return plain.checkTx(request);
    },
  }, { checkTxWidth: 3 });
  const all = gates.map((_, index) => application.checkTx(tx(String(index))).then(() => answered.push(index)));
  await turns();
  assert.deepEqual(started, [0, 1, 2], 'three at once');
  gates[2]?.open();
  gates[1]?.open();
  await turns();
  assert.deepEqual(started, [0, 1, 2, 3, 4], 'finished ones make room');
  assert.deepEqual(answered, [], 'the first is not answered yet');
  for (const gate of gates) gate.open();
  await Promise.all(all);
  assert.deepEqual(answered, [0, 1, 2, 3, 4]);
});

test('Commit waits for the CheckTx under way and holds back those that come after it', async () => {
  const first = makeGate();
  const commit = makeGate();
  const seen: string[] = [];
  const plain = makeScriptedApplication({});
  const application = makeDispatch({
    ...plain,
    checkTx: async request => {
      const name = Buffer.from(request.tx).toString();
      seen.push(`check ${name}`);
      if (name === 'first') await first.opened;
      return plain.checkTx(request);
    },
    commit: async () => {
      seen.push('commit');
      await commit.opened;
      seen.push('committed');
      return { retainHeight: 0n };
    },
  });
  const all = [application.checkTx(tx('first')), application.commit()];
  await turns();
  all.push(application.checkTx(tx('second')));
  await turns();
  assert.deepEqual(seen, ['check first']);
  first.open();
  await turns();
  assert.deepEqual(seen, ['check first', 'commit']);
  commit.open();
  await Promise.all(all);
  assert.deepEqual(seen, ['check first', 'commit', 'committed', 'check second']);
});

test('after a failure nothing reaches the application any more', async () => {
  let calls = 0;
  const application = makeDispatch(makeScriptedApplication({
    finalizeBlock: async () => { throw new Error('disk full'); },
    commit: async () => { calls += 1; return { retainHeight: 0n }; },
  }));
  await assert.rejects(application.finalizeBlock(blockAt(1n)), /disk full/);
  await assert.rejects(application.commit(), (error: Error) => /has failed before/.test(error.message) && /disk full/.test(String(error.cause)));
  await assert.rejects(application.query(queryFor('/')), /has failed before/);
  assert.equal(calls, 0);
});
