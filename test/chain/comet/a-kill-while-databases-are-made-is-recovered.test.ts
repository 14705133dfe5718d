import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeUnbornDatabases } from '../../../chain/engine/comet/unborn-databases.js';
import { makeTestLog, waitUntil } from '../abci/support.js';
import { cometOrReason, makeHome, makeKvstore, startEngine, temporaryFolder } from './support.js';

const { skip } = await cometOrReason();

test('CometBFT starts on a database that a kill left before its first entry', { skip, timeout: 60_000 }, async t => {
  const home = makeHome(t);
  for (const name of ['state.db', 'blockstore.db', 'tx_index.db', 'evidence.db']) {
    const folder = join(home, 'data', name);
    mkdirSync(folder);
    for (const [file, bytes] of [['LOCK', ''], ['LOG', ''], ['MANIFEST-000000', ''], ['CURRENT.0', 'MANIFEST-000000\n']] as const) {
      writeFileSync(join(folder, file), bytes);
    }
  }
  const application = makeKvstore();
  const { lines } = await startEngine(t, home, application);
  await waitUntil(() => application.height() >= 1n, 'a block', 30_000);
  assert.equal(lines.filter(line => /made anew/.test(line.message)).length, 4);
});

test('a database that ever held an entry is left as it is', t => {
  const home = temporaryFolder(t);
  const { log, lines } = makeTestLog();
  const make = (name: string, files: readonly string[]): string => {
    const folder = join(home, 'data', name);
    mkdirSync(folder, { recursive: true });
    for (const file of files) writeFileSync(join(folder, file), '');
    return folder;
  };
  const kept = [
    make('state.db', ['LOCK', 'LOG', 'MANIFEST-000000', 'CURRENT']),
    make('blockstore.db', ['LOCK', 'MANIFEST-000004', '000005.log']),
    make('evidence.db', ['LOCK', 'MANIFEST-000004', '000007.ldb']),
    make('windlass.db', ['LOCK', 'MANIFEST-000001']),
  ];
  removeUnbornDatabases(home, log);
  assert.deepEqual(kept.map(folder => existsSync(folder)), [true, true, true, true]);
  assert.equal(lines.length, 0);
});
