import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeIdOf, readGenesis, readNodeKey, writeGenesis } from '../../../chain/engine/home-files/index.js';
import { readCometAddresses } from '../../../app/cli/home/comet-toml.js';
import { startTestNode } from '../../support/node.js';
import { runCli } from '../../../app/cli/program.js';
import { scriptedIo, tempHome } from './support.js';

const stake = '100000000000uwind';

test('two homes agree on a genesis by gentx and collect-gentxs, and the stronger begins the chain', async t => {
  const folder = tempHome(t);
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  const inHome = (home: string): string[] => ['--home', home, '-o', 'json'];
  const at = (home: string): string[] => [...inHome(home), '--keyring-backend', 'test'];
  const windlass = async (args: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
    const io = scriptedIo();
    return { code: await runCli(args, io), ...io.shown };
  };
  const done = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { code, out, err } = await windlass(args);
    assert.equal(code, 0, `${args.join(' ')}: ${err}`);
    return JSON.parse(out) as Record<string, unknown>;
  };
  for (const home of [one, two]) {
    await done('init', '--home', home, '-o', 'json');
    await done('keys', 'add', 'alice', ...at(home));
  }
  const poor = await windlass(['genesis', 'gentx', 'alice', stake, ...at(one)]);
  assert.match(poor.err, /alice has 0uwind in the genesis/);
  const { address } = (await done('keys', 'show', 'alice', ...at(two))) as { address: string };
  await done('genesis', 'add-account', 'alice', '100000000000uwind', ...at(one));
  await done('genesis', 'add-account', address, '100000000000uwind', ...at(one));
  writeGenesis(two, readGenesis(one));

  const gentxs = join(folder, 'gentxs');
  await done('genesis', 'gentx', 'alice', stake, '--moniker', 'first', '--commission-rate', '0.07', '--ip', '10.0.0.1', ...at(one));
  await done('genesis', 'gentx', 'alice', '5000000uwind', '--moniker', 'second', '--min-self-delegation', '3', '--output-document', join(gentxs, 'b.json'), ...at(two));
  mkdirSync(gentxs, { recursive: true });
  cpSync(join(one, 'config', 'gentx', `gentx-${nodeIdOf(readNodeKey(one))}.json`), join(gentxs, 'a.json'));
  for (const home of [one, two]) await done('genesis', 'collect-gentxs', '--gentx-dir', gentxs, ...inHome(home));
  assert.deepEqual(readGenesis(one), readGenesis(two));
  assert.match(readFileSync(join(two, 'config', 'config.toml'), 'utf8'), new RegExp(`^persistent_peers = "${nodeIdOf(readNodeKey(one))}@10\\.0\\.0\\.1:26656"$`, 'm'));
  assert.ok(readCometAddresses(join(two, 'config', 'config.toml')).rpc);
  assert.equal((await done('genesis', 'validate', ...inHome(one)))['validators'], 2);
  assert.match((await windlass(['genesis', 'collect-gentxs', '--gentx-dir', folder, ...inHome(one)])).err, /no gentx files/);

  const node = await startTestNode({ home: one });
  t.after(() => node.dispose());
  const { validators } = (await node.rpc('validators')) as { validators: { voting_power: string }[] };
  assert.deepEqual(validators.map(({ voting_power: power }) => power), ['100000', '5']);
});
