/** Signature checks, by turns with the bare call of OpenSSL on a key that is parsed already. */
import { createPublicKey, verify } from 'node:crypto';
import { verifySecp256k1, verifySecp256k1Ahead } from '../../chain/index.js';
import { makeAccounts, signatureOf } from './accounts.js';
import { rowOf, type Row } from './row.js';
import type { BenchSize } from './size.js';
import { timed } from './stopwatch.js';

const group = 'signatures';

export async function* signatureRows({ samples, operations }: BenchSize): AsyncIterable<Row> {
  const accounts = makeAccounts(Math.min(operations, 200), 0n);
  const keys = accounts.map(({ key }) => createPublicKey(key));
  let made = 0;
  // Every message is new, so that nothing is answered from memory.
  const checks = (): { index: number; key: Uint8Array; signBytes: Uint8Array; signature: Uint8Array }[] => Array.from({ length: operations }, () => {
    const index = (made += 1) % accounts.length;
    const { key, publicKey } = accounts[index] as (typeof accounts)[number];
    const signBytes = Buffer.from(`message ${made} ${'of about the size that a tx has, '.repeat(8)}`);
    return { index, key: publicKey, signBytes, signature: signatureOf(key, signBytes) };
  });
  const figures = { now: [] as number[], ahead: [] as number[], floor: [] as number[] };
  for (let sample = -1; sample < samples; sample += 1) {
    const [first, second] = [checks(), checks()];
    const floor = await timed(() => Promise.resolve(first.every(({ index, signBytes, signature }) => verify('sha256', signBytes, { key: keys[index] as (typeof keys)[number], dsaEncoding: 'ieee-p1363' }, signature))));
    const now = await timed(() => Promise.resolve(first.every(check => verifySecp256k1(check))));
    const ahead = await timed(() => Promise.all(second.map(check => verifySecp256k1Ahead(check))));
    if (sample < 0) continue;
    figures.floor.push((operations * 1000) / floor);
    figures.now.push((operations * 1000) / now);
    figures.ahead.push((operations * 1000) / ahead);
  }
  yield rowOf(group, 'bare OpenSSL verification', 'op/s', figures.floor);
  yield rowOf(group, 'signature check, on the main thread', 'op/s', figures.now);
  yield rowOf(group, 'signature checks, ahead in the thread pool', 'op/s', figures.ahead);
}
