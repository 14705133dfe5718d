import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { QuerySigningInfosResponse } from 'cosmjs-types/cosmos/slashing/v1beta1/query';
import type { NodeRpc } from '../../../app/cli/node-rpc.js';
import { findCometBinary } from '../../../chain/engine/comet/index.js';
import { readPrivValidatorKey } from '../../../chain/engine/home-files/index.js';
import { consensusAddress } from '../../../chain/index.js';
import { addressNamed, chainClient, createVat, devAccounts, fulfilled, invokeMsg, sendMsg } from '../crash/chain-client.js';
import { startTestNode, until } from '../../support/node.js';
import { appHashIn, freeBasePort, heightAt, localnetFolder, processesOf, startLocalnet, withoutProc } from './support.js';

const skip = withoutProc || (await findCometBinary().then(() => false as const, (error: Error) => error.message));

test('four validators agree on every AppHash; one that is killed comes back, and catches up', { skip, timeout: 175_000 }, async t => {
  const home = localnetFolder(t);
  const net = startLocalnet(home, ['--validators', '4', '--base-port', String(await freeBasePort(40)), '--block-time', '300ms']);
  const urls = await net.urls();
  assert.equal(urls.length, 4);
  const [url0, url1, url2, url3] = urls as [string, string, string, string];
  const clients = urls.map(chainClient);
  const [dev0, dev1] = await devAccounts();
  assert.ok(dev0 && dev1 && clients[0] && clients[1]);

  await createVat(clients[0], dev0, 'counter', 'counter');
  const use = async (round: number, client: (typeof clients)[number]): Promise<void> => {
    await Promise.all([
      client.commit(dev1, sendMsg(dev1.address, addressNamed(`round ${round}`), 7n)),
      client.commit(dev0, invokeMsg(dev0.address, 'counter', 'increment')).then(tx => fulfilled(client, tx)),
    ]);
  };
  for (let round = 0; round < 3; round += 1) await use(round, clients[round] as (typeof clients)[number]);

  const victim = Number((await until('the pid of node3', () => nodePid(home, 'node3'))));
  process.kill(victim, 'SIGKILL');
  await until('word of it', () => (/node3 was ended by SIGKILL; the others go on/.test(net.stderr()) ? true : undefined));
  const diedAt = await heightAt(url0);
  await use(3, clients[1]);
  await until('six blocks without node3', async () => ((await heightAt(url1)) >= diedAt + 6n ? true : undefined));

  const killed = consensusAddress.text(Buffer.from(readPrivValidatorKey(join(home, 'node3')).address, 'hex'));
  const missed = await missedBlocks(clients[1]);
  // Votes of others may come too late for a block now and then; of the killed one, none comes.
  const most = Math.max(...missed.values());
  assert.ok(missed.size === 4 && missed.get(killed) === most && most >= 4, `only ${killed} signs nothing: ${[...missed].join(' ')}`);

  const back = await startTestNode({ engine: 'cometbft', home: join(home, 'node3'), blockTime: '300ms', args: ['--rpc.laddr', url3.replace('http', 'tcp')], p2pLaddr: p2pOf(home, 'node3') });
  const tip = await until('twenty blocks', async () => {
    const height = await heightAt(url0);
    return height >= 21n && height >= diedAt + 10n ? height : undefined;
  });
  await until('node3 to catch up', async () => ((await heightAt(url3)) >= tip ? true : undefined));
  for (let height = 1n; height <= tip; height += 1n) {
    const hashes = await Promise.all([url0, url1, url2, url3].map(url => appHashIn(url, height)));
    assert.equal(new Set(hashes).size, 1, `height ${height}: ${hashes.join(' ')}`);
  }
  await use(4, clients[3] as (typeof clients)[number]);

  assert.equal((await back.stop()).code, 0);
  const asked = performance.now();
  net.signal('SIGINT');
  assert.deepEqual(await net.exited, { code: 0, signal: null });
  assert.ok(performance.now() - asked < 10_000, 'within ten seconds');
  assert.deepEqual(processesOf(home), []);
});

/** Of each validator, as slashing counts them from the commits of CometBFT. */
/** By consensus address. */
async function missedBlocks({ rpc }: { readonly rpc: NodeRpc }): Promise<ReadonlyMap<string, number>> {
  const { value } = await rpc.queryAbci('/cosmos.slashing.v1beta1.Query/SigningInfos', new Uint8Array(0));
  return new Map(QuerySigningInfosResponse.decode(value).info.map(({ address, missedBlocksCounter }) => [address, Number(missedBlocksCounter)]));
}

/** The process of a home's node itself, not of its CometBFT. */
function nodePid(home: string, name: string): string | undefined {
  return readdirSync('/proc').filter(pid => /^\d+$/.test(pid)).find(pid => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.includes('start') && words.includes(join(home, name)) && words.includes('--engine');
    } catch {
      return false; // it has ended since
    }
  });
}

function p2pOf(home: string, name: string): string {
  const [, laddr = ''] = /\[p2p\][^[]*?laddr = "([^"]+)"/s.exec(readFileSync(join(home, name, 'config', 'config.toml'), 'utf8')) ?? [];
  return laddr;
}
