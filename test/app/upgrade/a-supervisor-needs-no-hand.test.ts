/** A node with two release folders under a supervisor: at its height one release stops, and the next goes on, without a hand on it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { rpcUrlFile } from '../../../app/cli/home/paths.js';
import { makeReleases } from '../../support/releases.js';
import { callRpc, makeDevHome, runCli, until } from '../../support/node.js';
import { cosmovisorOrReason, layOut, startSupervisor, type SupervisorName } from '../../support/supervisor.js';

const planHeight = 6;

async function upgradeUnder(t: TestContext, name: SupervisorName): Promise<void> {
  const releases = makeReleases('two', "{ addsStores: ['extra'], migrate: ctx => ctx.store('extra').set(Uint8Array.of(1), Uint8Array.of(2)) }");
  const home = await makeDevHome('embedded', doc => { doc.app_state['upgrade'] = { plan: { name: 'two', height: String(planHeight), info: 'as voted' } }; });
  layOut(home, releases.first, 'two', releases.next);
  const supervisor = startSupervisor(name, home, ['start', '--home', home, '--engine', 'embedded', '--rpc.laddr', 'tcp://127.0.0.1:0', '--block-time', '150ms']);
  t.after(async () => {
    await supervisor.stop();
    releases.dispose();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const height = async (): Promise<number> => {
    if (!existsSync(rpcUrlFile(home))) return 0;
    try {
      const { sync_info: sync } = (await callRpc(readFileSync(rpcUrlFile(home), 'utf8').trim(), 'status')) as { sync_info: { latest_block_height: string } };
      return Number(sync.latest_block_height);
    } catch {
      return 0; // between the two releases nobody listens
    }
  };
  let hasEnded = false;
  void supervisor.ended.then(() => { hasEnded = true; });
  await until('blocks after the upgrade', async () => {
    if (hasEnded) throw new Error('the supervisor has ended');
    return (await height()) > planHeight + 2 ? true : undefined;
  }, 90_000).catch((error: unknown) => {
    throw new Error(supervisor.log().slice(-4000), { cause: error });
  });
  assert.match(supervisor.log(), /UPGRADE "two" NEEDED at height: 6: as voted/);
  assert.match(supervisor.log(), /applying upgrade "two" at height: 6/);
  const info = join(home, 'data', 'upgrade-info.json');
  assert.deepEqual(JSON.parse(readFileSync(info, 'utf8')), { name: 'two', time: '0001-01-01T00:00:00Z', height: 6, info: 'as voted' });
  assert.equal(statSync(info).mode & 0o777, 0o600);
  const applied = await runCli(['query', 'upgrade', 'applied', 'two', '--home', home, '--output', 'json']);
  assert.deepEqual(JSON.parse(applied.stdout), { height: '6' });
  const plan = await runCli(['query', 'upgrade', 'plan', '--home', home, '--output', 'json']);
  assert.equal(plan.stdout, '{"plan":null}\n');
}

test('under a stand-in that does what Cosmovisor says it does', { timeout: 120_000 }, t => upgradeUnder(t, 'stand-in'));
test('under Cosmovisor itself, unmodified', { timeout: 120_000, skip: cosmovisorOrReason().skip }, t => upgradeUnder(t, 'cosmovisor'));
