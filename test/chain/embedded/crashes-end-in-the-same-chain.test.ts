import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HandshakeError } from '../../../chain/engine/embedded/index.js';
import { openBlockStore } from '../../../chain/engine/embedded/block-store.js';
import { call, emptyDisk, eventually, heightOf, makeGenesis, makeHome, makeKvStore, startEngine, waitForHeight, type Disk, type Step } from './support.js';

const submit = (url: string, tx: string): Promise<unknown> => call(url, 'broadcast_tx_sync', { tx: Buffer.from(tx).toString('base64') });

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** App hash of every height but the last, by the header after it. */
async function agreedHashes(home: string): Promise<Map<bigint, string>> {
  const store = await openBlockStore(join(home, 'data', 'blocks.db'));
  const hashes = new Map<bigint, string>();
  for (let height = store.base + 1n; height <= store.height; height += 1n) {
    const block = await store.block(height);
    hashes.set(height - 1n, hex(block?.header.appHash ?? new Uint8Array(0)));
  }
  await store.close();
  return hashes;
}

/** Feeds the stored blocks to an empty application; it must come to every hash that the headers hold, and to the one given. */
async function checkReplay(home: string, height: bigint, appHash: string): Promise<Disk> {
  const agreed = await agreedHashes(home);
  const app = makeKvStore(emptyDisk(), {
    persist(disk) {
      const expected = disk.height === height ? appHash : agreed.get(disk.height);
      if (expected !== undefined) assert.equal(hex(disk.appHash), expected, `height ${disk.height}`);
    },
  });
  const engine = await startEngine(home, app, { blockTimeMs: 3_600_000, minBlockTimeMs: 3_600_000 });
  await engine.stop();
  assert.ok(app.disk.height >= height);
  assert.ok(app.calls.includes('initChain 0') && app.calls.includes(`commit ${height}`));
  return app.disk;
}

test('a chain continues after a restart, with the same blocks', async () => {
  const { home, remove } = makeHome();
  try {
    const disk = emptyDisk();
    const first = await startEngine(home, makeKvStore(disk));
    await submit(first.rpcUrl, 'a=1');
    await waitForHeight(first.rpcUrl, 4n);
    await first.stop();
    assert.deepEqual(await first.ended, { reason: 'stopped' });
    const stoppedAt = disk.height;
    const app = makeKvStore(disk);
    const second = await startEngine(home, app);
    await waitForHeight(second.rpcUrl, stoppedAt + 3n);
    assert.equal(app.calls.filter(entry => entry.startsWith('initChain')).length, 0);
    assert.equal(app.calls[0], `prepareProposal ${stoppedAt + 1n}`);
    const { result } = await call(second.rpcUrl, 'tx_search', { query: "put.key='a'" });
    assert.equal((result as { total_count: string }).total_count, '1');
    await second.stop();
    await checkReplay(home, disk.height, hex(disk.appHash));
  } finally {
    remove();
  }
});

const steps: readonly Step[] = ['initChain', 'prepareProposal', 'processProposal', 'finalizeBlock', 'commit', 'after commit'];
for (const step of steps) {
  for (const height of step === 'initChain' ? [0n] : [1n, 3n]) {
    test(`an application that fails at ${step} ${height} is brought back to the same chain`, async () => {
      const { home, remove } = makeHome();
      try {
        const disk = emptyDisk();
        const failing = makeKvStore(disk, { at: (at, where) => { if (at === step && where === height) throw new Error('power cut'); } });
        if (step === 'initChain') {
          await assert.rejects(startEngine(home, failing), /power cut/);
        } else {
          const engine = await startEngine(home, failing);
          const end = await engine.ended;
          assert.ok(end.reason === 'failed' && /power cut/.test(end.error.message));
        }
        const again = makeKvStore(disk);
        const engine = await startEngine(home, again);
        const before = disk.height;
        await waitForHeight(engine.rpcUrl, before + 2n);
        for (let at = 1n; at <= before; at += 1n) {
          const { error } = await call(engine.rpcUrl, 'block_results', { height: String(at) });
          assert.equal(error, undefined, `results of ${at}`);
        }
        await engine.stop();
        await checkReplay(home, disk.height, hex(disk.appHash));
      } finally {
        remove();
      }
    });
  }
}

test('an application that fell back is given all blocks that it lacks', async () => {
  const { home, remove } = makeHome();
  try {
    const disk = emptyDisk();
    const old: Disk[] = [];
    const engine = await startEngine(home, makeKvStore(disk, { persist: at => old.push({ ...at }) }));
    await submit(engine.rpcUrl, 'a=1');
    await waitForHeight(engine.rpcUrl, 6n);
    await engine.stop();
    const back = { ...old[1]! };
    assert.equal(back.height, 2n);
    const app = makeKvStore(back);
    const again = await startEngine(home, app, { blockTimeMs: 3_600_000 });
    assert.deepEqual(app.calls.slice(0, 3), ['finalizeBlock 3', 'commit 3', 'after commit 3']);
    await eventually('the next block', () => (back.height > disk.height ? true : undefined));
    await again.stop();
    assert.equal(back.data['a'], '1');
  } finally {
    remove();
  }
});

test('an application that does not belong to the blocks is refused with a reason', async () => {
  const { home, remove } = makeHome();
  try {
    const disk = emptyDisk();
    const engine = await startEngine(home, makeKvStore(disk));
    await waitForHeight(engine.rpcUrl, 4n);
    await engine.stop();
    const refused = (application: Disk, reason: RegExp, changes = {}): Promise<void> =>
      assert.rejects(startEngine(home, makeKvStore(application), changes), (error: unknown) => {
        assert.ok(error instanceof HandshakeError);
        assert.match(error.message, reason);
        return true;
      });
    await refused({ ...disk, height: disk.height + 1n }, /is at height \d+, but the block store ends at \d+/);
    await refused({ ...disk, appHash: new Uint8Array(32) }, /has app hash 0{64}, but the block store recorded [0-9A-F]{64}/);
    await refused(disk, /of chain kv-test, the genesis file of chain other/, { genesis: makeGenesis({ chain_id: 'other' }) });
    await assert.rejects(
      startEngine(home, makeKvStore(emptyDisk(), { finalize: () => ({ appHash: new Uint8Array(32).fill(7) }) })),
      /executing block 1 again gave app hash (07){32}, but [0-9A-F]{64} the time before/,
    );
    await assert.rejects(
      startEngine(home, makeKvStore(emptyDisk(), { genesisHash: new Uint8Array(32).fill(9) })),
      /block 1 has app_hash (01){32}, but the application's results up to height 0 give (09){32}/,
    );
    const fine = await startEngine(home, makeKvStore(disk));
    await fine.stop();
  } finally {
    remove();
  }
});

test('a second engine on the same home is refused', async () => {
  const { home, remove } = makeHome();
  try {
    const engine = await startEngine(home, makeKvStore(emptyDisk()));
    await assert.rejects(startEngine(home, makeKvStore(emptyDisk())), /is another node running/);
    await engine.stop();
  } finally {
    remove();
  }
});

test('kill -9 at any moment leaves a home that starts again and agrees with itself', async () => {
  const { home, remove } = makeHome();
  let child: ChildProcess | undefined;
  try {
    let height = 0n;
    for (let life = 0; life < 8; life += 1) {
      child = spawn(process.execPath, [fileURLToPath(new URL('./crashing-node.js', import.meta.url)), home], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(child.stdout!, 'data')) as [Buffer];
      const url = line.toString().trim();
      await submit(url, `life${life}=x`);
      await waitForHeight(url, height + 3n);
      height = await heightOf(url);
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    const recorded = JSON.parse(readFileSync(join(home, 'app.json'), 'utf8')) as { height: string; appHash: string; data: Record<string, string> };
    assert.ok(BigInt(recorded.height) >= height);
    const replayed = await checkReplay(home, BigInt(recorded.height), recorded.appHash);
    assert.deepEqual(Object.keys(replayed.data).sort(), Array.from({ length: 8 }, (_, life) => `life${life}`));
  } finally {
    child?.kill('SIGKILL');
    remove();
  }
});
