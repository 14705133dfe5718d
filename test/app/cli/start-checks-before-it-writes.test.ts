import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runCli } from '../../../app/cli/program.js';
import { scriptedIo, tempHome, windlass } from './support.js';

test('a mistyped flag is a usage error, and no home is made', async t => {
  const home = join(tempHome(t), 'home');
  const wrong = [
    ['--block-time', '1'], ['--block-time', '0s'], ['--with-comet', 'maybe'], ['--max-vats-online', '0'], ['--rpc.laddr', 'foo'],
    ['--rpc.laddr', 'tcp://127.0.0.1'], ['--rpc.laddr', 'tcp://127.0.0.1:99999'], ['--p2p.laddr', 'foo'], ['--abci.address', 'foo'], ['--abci.address', 'unix://'],
  ];
  for (const flags of wrong) {
    const io = scriptedIo();
    assert.equal(await runCli(['start', '--dev', '--home', home, ...flags], io), 2, flags.join(' '));
    assert.match(io.shown.err, new RegExp(`^Error: .*${flags[1]?.replaceAll('.', '\\.')}`), flags.join(' '));
    assert.equal(existsSync(home), false, flags.join(' '));
  }
});

test('an address in use ends the start at once, with the flags that help', async t => {
  const taken = `tcp://127.0.0.1:${await takenPort(t)}`;
  const embedded = await windlass(['start', '--dev', '--home', tempHome(t), '--rpc.laddr', taken]);
  const byOperator = await windlass(['start', '--dev', '--home', tempHome(t), '--engine', 'cometbft', '--with-comet=false', '--abci.address', taken]);
  for (const { code, out, err } of [embedded, byOperator]) {
    assert.deepEqual([code, out], [1, ''], err);
    assert.match(err, /address already in use.*\n {2}Stop what listens there, or choose other addresses: --rpc\.laddr/);
  }
});

test('a genesis that is damaged is named with its file', async t => {
  const home = tempHome(t);
  assert.equal((await windlass(['init', '--home', home])).code, 0);
  const path = join(home, 'config', 'genesis.json');
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), genesis_time: 'x' }));
  const { code, err } = await windlass(['start', '--home', home, '--rpc.laddr', 'tcp://127.0.0.1:0']);
  assert.equal(code, 1);
  assert.match(err, /genesis\.json: .*genesis_time x is not a time.*\n {2}Correct it; windlass genesis validate/);
});

async function takenPort(t: TestContext): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}
