import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

const frames: string[] = [];
let answer = '["ok",null]';

// What the engine gives to the supervisor, which is under test here without one.
Object.assign(globalThis, {
  issueCommand: (message: ArrayBuffer): ArrayBuffer => {
    frames.push(new TextDecoder().decode(message));
    return new TextEncoder().encode(answer).buffer;
  },
});
const { askSyscall, post, takeWaiting } = await import('../../../kernel/worker/outbox.js');

beforeEach(() => {
  frames.length = 0;
  answer = '["ok",null]';
  takeWaiting();
});

test('what needs no answer waits for what does', () => {
  post('["a"]');
  post('["b"]');
  assert.deepEqual(frames, []);
  answer = '["ok","v"]';
  assert.deepEqual(askSyscall('["read"]'), ['ok', 'v']);
  assert.deepEqual(frames, ['["syscalls",[["a"],["b"],["read"]]]']);
  assert.equal(takeWaiting(), undefined);
});

test('what still waits goes with the reply, once', () => {
  post('["a"]');
  post('["b"]');
  assert.equal(takeWaiting(), '[["a"],["b"]]');
  assert.equal(takeWaiting(), undefined);
});

test('at 256 KiB it goes at once', () => {
  const big = JSON.stringify(['x'.repeat(64 * 1024)]);
  for (let i = 0; i < 4; i += 1) post(big);
  assert.deepEqual(frames, [`["syscalls",[${[big, big, big, big].join(',')}]]`]);
  assert.equal(takeWaiting(), undefined);
  post(JSON.stringify(['y'.repeat(1_000_000)]));
  assert.equal(frames.length, 2);
});
