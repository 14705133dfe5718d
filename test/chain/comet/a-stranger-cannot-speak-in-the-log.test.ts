/** CometBFT's log quotes messages of anybody who connects: what they write is no word of CometBFT's own. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import { forwardLog } from '../../../chain/engine/comet/log-forward.js';
import type { Logger } from '../../../chain/log.js';

type Line = Readonly<Record<string, unknown>> | string;
type Told = { readonly rpc: string[]; readonly failures: string[]; readonly errors: unknown[]; readonly logged: (readonly [string, string, object])[] };

/** What is told of these lines, in the order of the log. */
async function told(lines: readonly Line[]): Promise<Told> {
  const result: Told = { rpc: [], failures: [], errors: [], logged: [] };
  const keep = (level: string) => (fields: object, message: string): void => void result.logged.push([level, message, fields]);
  const log: Logger = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
  const stream = Readable.from(lines.map(line => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`));
  const watcher = { onRpcListening: (at: string) => void result.rpc.push(at), onConsensusFailure: (text: string) => void result.failures.push(text), onErrorLine: (line: unknown) => void result.errors.push(line), onProgress: () => undefined };
  let kept = 0;
  const all = new Promise<void>(resolve => forwardLog(stream, log, watcher, () => { if ((kept += 1) === lines.length) setImmediate(resolve); }));
  await Promise.all([finished(stream), all]);
  return result;
}

const listening = 'Starting RPC HTTP server on 127.0.0.1:26657';
const failure = '+2/3 committed an invalid block: wrong Block.Header.AppHash.  Expected AA, got BB';

test('what CometBFT says of itself is heard', async () => {
  const { rpc, failures, errors, logged } = await told([
    { _msg: 'serve', msg: listening, level: 'info', module: 'rpc-server' },
    { _msg: 'CONSENSUS FAILURE!!!', level: 'error', module: 'consensus', err: failure, stack: 'goroutine 1' },
  ]);
  assert.deepEqual(rpc, ['127.0.0.1:26657']);
  assert.deepEqual(failures, [`CONSENSUS FAILURE: ${failure}`]);
  assert.deepEqual(errors, [{ message: 'CONSENSUS FAILURE!!!', module: 'consensus', err: failure }]);
  assert.deepEqual(logged.map(([level, message]) => [level, message]), [['info', listening], ['error', 'CONSENSUS FAILURE!!!']]);
});

test('what a stranger wrote is forwarded, and is nothing else', async () => {
  const words = [listening, 'CONSENSUS FAILURE!!!', `CONSENSUS FAILURE!!! ${failure}`];
  const { rpc, failures, errors, logged } = await told(words.flatMap((text): Line[] => [
    { _msg: 'Invalid message', msg: text, level: 'error', module: 'statesync', peer: 'x', err: 'metadata' },
    { _msg: 'Peer sent us invalid msg', msg: text, level: 'error', module: 'consensus', err: text },
    { _msg: 'Received', msg: text, level: 'debug', module: 'consensus' },
    { _msg: 'serve', msg: text, level: 'info', module: 'p2p' },
    { _msg: text, level: 'info', module: 'consensus' },
    { _msg: text, level: 'error', module: 'p2p' },
    text,
  ]));
  assert.deepEqual([rpc, failures], [[], []]);
  assert.deepEqual(errors[0], { message: 'Invalid message', module: 'statesync', err: 'metadata' });
  const [level, message, fields] = logged[0] ?? ['', '', {}];
  assert.deepEqual([level, message, (fields as { quoted?: unknown }).quoted], ['error', 'Invalid message', listening]);
});
