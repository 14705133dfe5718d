import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';
import { isRunning, startTestVat, until } from '../../support/worker-kit.js';

const started: ChildProcess[] = [];
const workers: number[] = [];
after(() => {
  for (const child of started) child.kill('SIGKILL');
  for (const pid of workers) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
});

// Linux ends a worker with its node; elsewhere a busy one goes on until it wants an answer.
for (const [state, boundMs] of [['idle', 5_000], ['busy', process.platform === 'linux' ? 5_000 : 60_000]] as const) {
  test(`a worker that is ${state} ends when its node is killed`, async () => {
    const { node, worker } = await startOwner(state);
    assert.ok(isRunning(worker));
    node.kill('SIGKILL');
    await until(() => !isRunning(worker), 'the worker is gone', boundMs);
  });
}

test('a signal to the process group of the node does not reach its workers', { skip: process.platform !== 'linux' }, async () => {
  const { node, worker } = await startOwner('idle');
  assert.notEqual(processGroup(worker), processGroup(node.pid!));
  node.kill('SIGKILL');
  await until(() => !isRunning(worker), 'the worker is gone');
});

test('a worker has a stack of 8 MiB, and nothing of the environment', { skip: process.platform !== 'linux' }, async () => {
  process.env['WINDLASS_TEST_SECRET'] = 'do not pass this on';
  const factory = makeXsnapWorkerFactory();
  const vat = await startTestVat(factory, 'echo');
  const { pid } = vat.worker;
  assert.match(readFileSync(`/proc/${pid}/limits`, 'latin1'), /^Max stack size +8388608 /m);
  assert.ok(!readFileSync(`/proc/${pid}/environ`, 'latin1').includes('WINDLASS_TEST_SECRET'));
  assert.ok(readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('\0v1:echo\0'));
  await factory.shutdown();
});

async function startOwner(state: 'idle' | 'busy'): Promise<{ readonly node: ChildProcess; readonly worker: number }> {
  const script = fileURLToPath(new URL('../../support/worker-owner.js', import.meta.url));
  const node = spawn(process.execPath, [script, state], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(node);
  let said = '';
  node.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  await until(() => said.endsWith('\n'), 'the node says its worker', 30_000);
  const worker = Number(said);
  workers.push(worker);
  return { node, worker };
}

function processGroup(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ')[2]!;
}
