import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitUntil } from '../abci/support.js';
import { cometOrReason, makeHome, makeKvstore, rpc, startEngine, within } from './support.js';

const { skip } = await cometOrReason();

// CometBFT's fail points on the way of a block (its libs/fail): 5 around the commit, 4 inside the application of a block,
// and the one on messages of its own. Two rounds through them reach those of a later height too.
for (let point = 0; point <= 11; point += 1) {
  test(`the chain goes on after CometBFT died at fail point ${point}`, { skip, timeout: 60_000 }, async t => {
    const home = makeHome(t);
    const application = makeKvstore();
    const dying = await startEngine(t, home, application, { env: { ...process.env, FAIL_TEST_INDEX: String(point) } }).then(
      async ({ engine }) => {
        const end = await within(engine.ended, 20_000, 'the planned death');
        await engine.stop();
        return end.reason === 'failed' ? end.error : undefined;
      },
      (error: unknown) => error, // it died before its RPC was up
    );
    assert.match(String(dying), /\*\*\* fail-test \d+ \*\*\*/);
    const height = application.height();
    const { engine } = await startEngine(t, home, application);
    await waitUntil(() => application.height() >= height + 2n, 'two more blocks', 30_000);
    const executed = application.calls.filter(call => call.startsWith('finalizeBlock')).map(call => Number(call.split(' ')[1]));
    assert.deepEqual([...new Set(executed)], Array.from({ length: Math.max(...executed) }, (_, index) => index + 1), 'no height was left out');
    const { response } = await rpc(engine.rpcUrl, 'abci_info');
    assert.ok(BigInt((response as { last_block_height: string }).last_block_height) >= height + 2n);
  });
}
