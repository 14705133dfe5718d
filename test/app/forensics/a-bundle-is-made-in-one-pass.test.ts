/** A bundle is saved on the node's own thread: each segment is read once, and nothing is packed for an incident that is known. */
import assert from 'node:assert/strict';
import fs, { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import zlib, { gunzipSync } from 'node:zlib';
import { Bundles } from '../../../app/forensics/bundles.js';
import { dump, type DumpOptions } from '../../../app/forensics/dump.js';
import { splitLines } from '../../../app/recorder/index.js';
import { makeRecorderFolder, syntheticChain } from '../../support/recorder-folder.js';

const home = mkdtempSync(join(tmpdir(), 'windlass-dump-'));
after(() => rmSync(home, { recursive: true, force: true }));

test('each segment is read once; the same incident again packs nothing and pins nothing', t => {
  makeRecorderFolder(join(home, 'recorder'), syntheticChain(20, 30), { segmentBytes: 128 * 1024 });
  const bundles = new Bundles(join(home, 'forensics'));
  let pinned = 0;
  const options: DumpOptions = {
    home, bundles, chainId: 'windlass-1', height: 20n, cause: 'manual', time: '2026-11-20T07:00:00Z', release: '1', onDivergence: 'exit', peersConfigured: 0,
    ladder: undefined, isBeforeAgreed: true, request: undefined,
    pins: vats => {
      pinned += 1;
      assert.deepEqual(vats, ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7']);
      return { undo: undefined, heaps: new Map(), spans: new Map() };
    },
  };
  const { readFileSync: readWhole } = fs;
  const segments: string[] = [];
  t.mock.method(fs, 'readFileSync', (...given: Parameters<typeof readWhole>) => {
    if (String(given[0]).startsWith(join(home, 'recorder'))) segments.push(String(given[0]));
    return readWhole(...given);
  });
  const packing = t.mock.method(zlib, 'gzipSync');
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const first = dump(options);
  assert.ok(segments.length > 2);
  assert.equal(new Set(segments).size, segments.length, 'each one once');
  const packed = packing.mock.callCount();
  assert.ok(packed >= 3);
  const again = dump(options);
  assert.deepEqual([again.id, again.seen], [first.id, 2]);
  assert.deepEqual([packing.mock.callCount(), pinned], [packed, 1]);

  const linesIn = (name: string): string[] => [...splitLines(gunzipSync(readFileSync(join(bundles.pathOf(first.id), name))).toString('utf8'))];
  assert.equal(linesIn('block.d.jsonl.gz').filter(line => line.startsWith('{"type":"crank-finish"')).length, 30);
  assert.ok(!linesIn('block.d.jsonl.gz').some(line => line.startsWith('{"type":"kv"')));
  assert.equal(linesIn('block.full.jsonl.gz').filter(line => line.startsWith('{"type":"kv"')).length, 30);
  assert.equal(linesIn('before.full.jsonl.gz').filter(line => line.startsWith('{"type":"run-begin"')).length, 10);
});
