import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

const frames: string[] = [];
const store = new Map<string, string>();
const ok = '["ok",null]';

/** A host with a store; the engine's functions of the meter do nothing. */
Object.assign(globalThis, {
  harden: <T>(value: T): T => value,
  currentMeterLimit: () => 0,
  resetMeter: () => 0,
  issueCommand: (message: ArrayBuffer): ArrayBuffer => {
    const text = new TextDecoder().decode(message);
    frames.push(text);
    const [, list] = JSON.parse(text) as [string, [string, string, string][]];
    let answer = ok;
    for (const [kind, key, value] of list) {
      if (kind === 'vatstoreSet') store.set(key, value);
      if (kind === 'vatstoreDelete') store.delete(key);
      answer = kind === 'vatstoreGet' ? JSON.stringify(['ok', store.get(key) ?? null]) : ok;
    }
    return new TextEncoder().encode(answer).buffer;
  },
});
const { syscall } = await import('../../../kernel/worker/syscall.js');
const { forgetReads } = await import('../../../kernel/worker/reads.js');
const { takeWaiting } = await import('../../../kernel/worker/outbox.js');

beforeEach(() => {
  forgetReads();
  takeWaiting();
  store.clear();
  frames.length = 0;
});

test('a row is asked for once, and what was written is known', () => {
  store.set('a', 'one');
  assert.deepEqual([syscall.vatstoreGet('a'), syscall.vatstoreGet('a')], ['one', 'one']);
  assert.deepEqual([syscall.vatstoreGet('b'), syscall.vatstoreGet('b')], [undefined, undefined]);
  assert.equal(frames.length, 2);
  syscall.vatstoreSet('c', 'three');
  syscall.vatstoreSet('a', 'two');
  syscall.vatstoreDelete('c');
  assert.deepEqual([syscall.vatstoreGet('a'), syscall.vatstoreGet('c')], ['two', undefined]);
  assert.equal(frames.length, 2);
  assert.equal(takeWaiting(), '[["vatstoreSet","c","three"],["vatstoreSet","a","two"],["vatstoreDelete","c"]]');
});

test('the next delivery asks again', () => {
  store.set('a', 'one');
  syscall.vatstoreGet('a');
  forgetReads();
  store.set('a', 'two');
  assert.equal(syscall.vatstoreGet('a'), 'two');
});

test('more than is kept is forgotten, never told wrong', () => {
  const long = 'x'.repeat(3 * 1024 * 1024);
  const huge = 'y'.repeat(5 * 1024 * 1024);
  store.set('huge', huge);
  syscall.vatstoreSet('a', 'old');
  assert.ok(syscall.vatstoreGet('huge') === huge, 'longer than what is kept in all');
  syscall.vatstoreSet('a', long);
  assert.equal(syscall.vatstoreGet('a'), long);
  syscall.vatstoreSet('b', long);
  assert.ok(syscall.vatstoreGet('a') === long && syscall.vatstoreGet('b') === long);
  syscall.vatstoreDelete('a');
  assert.equal(syscall.vatstoreGet('a'), undefined);
});
