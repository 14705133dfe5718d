/** Four validators on CometBFT under supervisors: the chain stops once, at the plan's height, and goes on with equal AppHashes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { makeLocalnet, localnetHomes } from '../../../app/localnet.js';
import { processIo } from '../../../app/cli/io.js';
import { readCometAddresses } from '../../../app/cli/home/comet-toml.js';
import { homePaths } from '../../../app/cli/home/paths.js';
import { endOrphanedComet } from '../../../chain/engine/comet/index.js';
import { readGenesis, writeGenesis } from '../../../chain/engine/home-files/index.js';
import { cometOrReason } from '../../chain/comet/support.js';
import { silentLog } from '../../support/chain-app.js';
import { callRpc, until } from '../../support/node.js';
import { makeReleases } from '../../support/releases.js';
import { cosmovisorOrReason, layOut, startSupervisor, type SupervisorName } from '../../support/supervisor.js';
import { appHashIn, freeBasePort } from '../localnet/support.js';

const planHeight = 5;
const { skip: noComet } = await cometOrReason();

async function upgradeFour(t: TestContext, name: SupervisorName): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-four-'));
  const releases = makeReleases('two', "{ addsStores: ['extra'], migrate: ctx => ctx.store('extra').set(Uint8Array.of(1), Uint8Array.of(2)) }");
  await makeLocalnet({ home: folder, validators: 4, basePort: await freeBasePort(50), blockTimeMs: 300, genesisTime: '2026-01-02T03:04:05Z' }, processIo());
  const homes = localnetHomes(folder);
  for (const home of homes) {
    const genesis = structuredClone(readGenesis(home));
    genesis.app_state['upgrade'] = { plan: { name: 'two', height: String(planHeight), info: '' } };
    writeGenesis(home, genesis);
    layOut(home, releases.first, 'two', releases.next);
  }
  const supervisors = homes.map(home => startSupervisor(name, home, ['start', '--home', home, '--engine', 'cometbft']));
  t.after(async () => {
    await Promise.all(supervisors.map(supervisor => supervisor.stop()));
    for (const home of homes) await endOrphanedComet(home, silentLog, 200);
    releases.dispose();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  let ended = 0;
  for (const supervisor of supervisors) void supervisor.ended.then(() => { ended += 1; });
  const urls = homes.map(home => readCometAddresses(homePaths(home).configToml).rpc.replace(/^tcp/, 'http'));
  const wanted = planHeight + 3;
  await until(`height ${wanted} on all`, async () => {
    if (ended > 0) throw new Error('a supervisor has ended');
    const heights = await Promise.all(urls.map(heightAt));
    return heights.every(height => height >= wanted) ? true : undefined;
  }, 150_000).catch((error: unknown) => {
    throw new Error(supervisors.map((supervisor, index) => `node${index}: ${supervisor.log().slice(-1500)}`).join('\n'), { cause: error });
  });
  for (let height = planHeight - 1; height <= wanted; height += 1) {
    const hashes = await Promise.all(urls.map(url => appHashIn(url, BigInt(height))));
    assert.equal(new Set(hashes).size, 1, `header ${height}: ${hashes.join(' ')}`);
  }
  for (const supervisor of supervisors) {
    assert.equal(supervisor.log().split('applying upgrade "two" at height: 5').length, 2, 'executed once');
    assert.match(supervisor.log(), /UPGRADE "two" NEEDED at height: 5: /);
  }
}

async function heightAt(url: string): Promise<number> {
  try {
    const { response } = (await callRpc(url, 'abci_info')) as { response: { last_block_height?: string } };
    return Number(response.last_block_height ?? '0');
  } catch {
    return 0; // it does not listen, or between two releases
  }
}

const { skip: noCosmovisor } = cosmovisorOrReason();
// Where Cosmovisor is, it is the better witness; the two together would cost CI twice the time.
test('under a stand-in for Cosmovisor', { timeout: 200_000, skip: noComet || (noCosmovisor === false ? 'Cosmovisor itself is here' : false) }, t => upgradeFour(t, 'stand-in'));
test('under Cosmovisor itself, unmodified', { timeout: 200_000, skip: noComet || noCosmovisor }, t => upgradeFour(t, 'cosmovisor'));
