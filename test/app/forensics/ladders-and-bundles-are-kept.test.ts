/** Files of forensics: what is torn is cut, what was seen before is not written over, and nothing goes of which nobody has taken note. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bundleId } from '../../../app/forensics/bundle-id.js';
import { Bundles } from '../../../app/forensics/bundles.js';
import { decodeLadder, encodeLadder, NoLadder, type Ladder } from '../../../app/forensics/ladder.js';
import { LadderStore } from '../../../app/forensics/ladder-store.js';
import { Bounded } from '../../../app/forensics/bounded.js';
import { tarOf } from '../../../app/forensics/tar.js';
import { silentLog } from '../../support/chain-app.js';
import { base } from '../../golden/forensics/screens.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-ladders-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const hash = (text: string): string => text.padStart(64, '0');

function ladderOf(height: bigint, appHash = 'a'): Ladder {
  return {
    height, blockHash: hash('b'), appHash: hash(appHash), nextValidators: hash('d'), activityBefore: hash('1'), activity: hash('2'), firstStep: 7,
    steps: [{ kind: 'intake', hash: hash('3') }, { kind: 'crank', hash: hash('4') }], stores: [{ name: 'acc', root: hash('5') }, { name: 'kernel', root: hash('6') }], proof: Uint8Array.of(1, 2, 3),
  };
}

test('a ladder is the same after its encoding; no cut or longer one passes', () => {
  const ladder = ladderOf(8813n);
  const bytes = encodeLadder(ladder);
  assert.deepEqual(decodeLadder(bytes), ladder);
  for (let length = 0; length < bytes.length; length += 1) assert.throws(() => decodeLadder(bytes.subarray(0, length)), NoLadder);
  assert.throws(() => decodeLadder(Buffer.concat([bytes, Buffer.of(0)])), NoLadder);
});

test('the last execution of a height counts; a torn end is cut, and writing goes on', () => {
  const path = join(folder, 'torn');
  const first = new LadderStore(path, silentLog);
  for (const [height, appHash] of [[1n, 'a'], [2n, 'a'], [2n, 'c'], [1000n, 'e']] as const) first.put(ladderOf(height, appHash));
  assert.equal(first.get(2n)?.appHash, hash('c'));
  assert.equal(first.get(1000n)?.appHash, hash('e'), 'in another file');
  assert.equal(first.get(3n), undefined);
  const file = join(path, '000000000.bin');
  const whole = readFileSync(file);
  appendFileSync(file, whole.subarray(0, 100));
  const second = new LadderStore(path, silentLog);
  assert.equal(second.get(2n)?.appHash, hash('c'));
  second.put(ladderOf(3n));
  assert.equal(second.get(3n)?.height, 3n);
  assert.equal(second.get(1n)?.height, 1n);
});

test('about the last 10,000 blocks are kept', () => {
  const path = join(folder, 'many');
  const store = new LadderStore(path, silentLog);
  for (let height = 500n; height < 20_000n; height += 1000n) store.put(ladderOf(height));
  assert.equal(readdirSync(path).length, 11);
  assert.equal(store.get(8500n), undefined);
  assert.ok(store.get(9500n));
});

test('a folder that takes nothing stops no block', () => {
  const path = join(folder, 'blocked');
  writeFileSync(path, 'a file where a folder should be');
  const store = new LadderStore(path, silentLog);
  store.put(ladderOf(1n));
  assert.equal(store.failures, 1);
});

test('the id depends on the execution alone', () => {
  const facts = { ...ladderOf(8813n), chainId: 'windlass-1', lane: hash('9') };
  assert.equal(bundleId(facts), bundleId({ ...facts }));
  assert.match(bundleId(facts), /^8813-[0-9a-f]{16}$/);
  const others = [{ ...facts, chainId: 'other' }, { ...facts, appHash: hash('0') }, { ...facts, lane: '' }, { ...facts, blockHash: hash('0') }, { ...facts, stores: [] }].map(bundleId);
  assert.equal(new Set([bundleId(facts), ...others]).size, 6);
});

const fill = (): void => undefined;

test('a bundle is written once, readable by its owner alone; the same again is counted, and must be noted again', () => {
  const bundles = new Bundles(join(folder, 'once'));
  bundles.write(base, [{ name: 'a.txt', content: 'first' }], fill);
  const path = bundles.pathOf(base.id);
  assert.equal(statSync(join(path, 'a.txt')).mode & 0o777, 0o600);
  assert.deepEqual(bundles.open().map(({ id }) => id), [base.id]);
  bundles.update(base.id, { acknowledged: 'now' });
  assert.deepEqual(bundles.open(), []);
  bundles.write({ ...base, reason: 'other' }, [{ name: 'a.txt', content: 'second' }], fill);
  assert.equal(readFileSync(join(path, 'a.txt'), 'utf8'), 'first');
  const [again] = bundles.open();
  assert.deepEqual([again?.seen, again?.reason], [2, undefined]);
});

test('the oldest bundles go, but none of which nobody has taken note, and never the newest', () => {
  const bundles = new Bundles(join(folder, 'retention'), { bundlesMax: 3 });
  const idOf = (height: number): string => `${height}-${String(height).padStart(16, '0')}`;
  for (let height = 1; height <= 8; height += 1) {
    bundles.write({ ...base, id: idOf(height), height: String(height), time: `2026-11-20T07:00:0${height}Z` }, [], fill);
    if (height !== 2) bundles.update(idOf(height), { acknowledged: 'now' });
  }
  assert.deepEqual(bundles.list().map(({ height }) => height), ['2', '7', '8']);
  const small = new Bundles(join(folder, 'bytes'), { bytesMax: 1 });
  for (const height of [1, 2]) small.write({ ...base, cause: 'manual', id: idOf(height), time: String(height) }, [{ name: 'a', content: 'xxx' }], fill);
  assert.deepEqual(small.list().map(({ id }) => id), [idOf(2)]);
});

test('what a crash left half written is no bundle, and is replaced', () => {
  const path = join(folder, 'half');
  mkdirSync(join(path, `.unfinished-${base.id}`), { recursive: true });
  writeFileSync(join(path, `.unfinished-${base.id}`, 'a.txt'), 'half');
  const bundles = new Bundles(path);
  assert.deepEqual(bundles.list(), []);
  bundles.write(base, [], fill);
  assert.deepEqual(readdirSync(path), [base.id]);
  assert.ok(!existsSync(join(bundles.pathOf(base.id), 'a.txt')));
});

test('of more records than a bundle has room for, the first or the last are in it, and the others are counted', () => {
  const textOf = (keeps: 'first' | 'last', bytesMax: number, ...texts: readonly string[]): string => {
    const bounded = new Bounded(keeps, bytesMax);
    for (const text of texts) bounded.add({ body: Buffer.from(text), entries: 2 });
    return Buffer.concat(bounded.pieces).toString('utf8');
  };
  for (const keeps of ['first', 'last'] as const) assert.equal(textOf(keeps, 6, 'aa\n', 'bb\n'), 'aa\nbb\n');
  assert.match(textOf('first', 5, 'aa\n', 'bb\n', 'cc\n'), /^aa\n\{"type":"gap","entries":4,"bytes":6,[^\n]*\n$/);
  assert.match(textOf('first', 5, 'aa\n', 'bbbb\n', 'c\n'), /^aa\n\{"type":"gap","entries":4,"bytes":7,[^\n]*\n$/);
  assert.match(textOf('last', 5, 'aa\n', 'bb\n', 'cc\n'), /^\{"type":"gap","entries":4,"bytes":6,[^\n]*\ncc\n$/);
});

test('an archive has blocks of 512 bytes and a checksum in each header', () => {
  const bytes = Buffer.concat([...tarOf([{ name: 'x/a.txt', content: Buffer.from('hello') }, { name: 'x/empty', content: Buffer.alloc(0) }])]);
  assert.equal(bytes.length, 512 * 5);
  const sum = bytes.subarray(0, 512).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  assert.equal(parseInt(bytes.toString('latin1', 148, 154), 8), sum);
  assert.equal(bytes.toString('latin1', 257, 262), 'ustar');
});
