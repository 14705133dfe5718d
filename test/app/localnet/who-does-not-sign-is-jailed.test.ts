/** Downtime on CometBFT: a validator that stops is jailed and leaves the set; its operator takes it out of jail, and it signs again. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCometAddresses } from '../../../app/cli/home/comet-toml.js';
import { homePaths } from '../../../app/cli/home/paths.js';
import { processIo } from '../../../app/cli/io.js';
import { localnetHomes, makeLocalnet } from '../../../app/localnet.js';
import { consensusAddress } from '../../../chain/index.js';
import { readGenesis, readPrivValidatorKey, writeGenesis } from '../../../chain/engine/home-files/index.js';
import { cometOrReason } from '../../chain/comet/support.js';
import { startTestNode, until, type TestNode } from '../../support/node.js';
import { freeBasePort, localnetFolder, withoutProc } from './support.js';

const { skip: noComet } = await cometOrReason();
/** Generous: one machine makes the blocks of both, and may stand still at any time. */
const bound = 150_000;

const windowOf = 8;
/** So many blocks without a signature, and it may have been jailed again. */
const patience = 3n * BigInt(windowOf);
const unjail = ['tx', 'slashing', 'unjail', '--from', 'dev1', '--yes', '--gas', '500000', '--wait'];
const slashing = {
  params: { signed_blocks_window: String(windowOf), min_signed_per_window: '0.500000000000000000', downtime_jail_duration: '1s', slash_fraction_double_sign: '0.050000000000000000', slash_fraction_downtime: '0.010000000000000000' },
  signing_infos: [], missed_blocks: [],
};

function start(home: string): Promise<TestNode> {
  return startTestNode({ engine: 'cometbft', home, blockTime: '600ms', p2pLaddr: readCometAddresses(homePaths(home).configToml).p2p, startMs: bound });
}

/** Power by consensus address (upper-case hexadecimal), as CometBFT has it now. */
async function powers({ rpc }: TestNode): Promise<ReadonlyMap<string, number>> {
  const { validators } = (await rpc('validators')) as { validators: { address: string; voting_power: string }[] };
  return new Map(validators.map(({ address, voting_power: power }) => [address, Number(power)]));
}

/** Looks at each commit above `height` once, as they come: true when one holds a signature of the validator, undefined: not yet. */
function signatureWatch(node: TestNode, address: string, height: bigint): () => Promise<true | undefined> {
  let seen = height;
  return async () => {
    for (const last = await node.height() - 1n; seen < last; seen += 1n) {
      const { signed_header: header } = (await node.rpc('commit', { height: String(seen + 1n) })) as { signed_header: { commit: { signatures: { block_id_flag: number; validator_address: string }[] } } };
      if (header.commit.signatures.some(({ block_id_flag: flag, validator_address: signer }) => flag === 2 && signer === address)) return true;
    }
    return undefined;
  };
}

type Staked = { readonly jailed: boolean; readonly tokens: string };

async function validatorOf(node: TestNode, operator: string): Promise<Staked> {
  return ((await cli(node, ['query', 'staking', 'validator', operator])) as { validator: Staked }).validator;
}

async function cli(node: TestNode, args: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr, code } = await node.cli([...args, '--node', node.rpcUrl], { boundMs: bound });
  assert.equal(code, 0, `windlass ${args.join(' ')}\n${stdout}\n${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

test('a validator that is down is jailed, taken out of the set, unjailed by its operator, and signs again', { skip: withoutProc || noComet, timeout: 3 * bound }, async t => {
  const folder = localnetFolder(t);
  await makeLocalnet({ home: folder, validators: 2, basePort: await freeBasePort(20), blockTimeMs: 600, genesisTime: '2026-01-02T03:04:05Z' }, processIo());
  for (const home of localnetHomes(folder)) {
    const genesis = structuredClone(readGenesis(home));
    genesis.app_state['slashing'] = slashing;
    writeGenesis(home, genesis);
  }
  const [home0, home1] = [join(folder, 'node0'), join(folder, 'node1')];
  const [address0, address1] = [home0, home1].map(home => readPrivValidatorKey(home).address) as [string, string];
  // While both have half, no block comes without both. With three quarters node0 goes on alone.
  const [node0, node1] = await Promise.all([start(home0), start(home1)]);
  await cli(node0, ['tx', 'staking', 'delegate', 'dev0', '200000000000uwind', '--from', 'dev0', '--yes', '--gas', '500000', '--wait']);
  await until('three quarters of the power with node0', async () => ((await powers(node0)).get(address0) === 300_000 ? true : undefined), bound);

  assert.equal((await node1.stop()).code, 0);
  await until('one validator in the set', async () => ((await powers(node0)).has(address1) ? undefined : true), bound);
  const { jailed, tokens } = await validatorOf(node0, 'dev1');
  assert.deepEqual([jailed, tokens], [true, '99000000000'], 'it is jailed, and has lost a hundredth');

  const back = await start(home1); // answers when it has made, or caught up with, a new block
  const tip = await node0.height();
  await back.waitForHeight(tip, bound);
  const { val_signing_info: info } = (await cli(node0, ['query', 'slashing', 'signing-info', consensusAddress.text(Buffer.from(address1, 'hex'))])) as { val_signing_info: { jailed_until: string } };
  await until('the end of its time in jail', async () => {
    const { sync_info: sync } = (await node0.rpc('status')) as { sync_info: { latest_block_time: string } };
    return Date.parse(sync.latest_block_time) > Date.parse(info.jailed_until) ? true : undefined;
  }, bound);
  const before = await node0.height();
  await cli(node0, unjail);
  const watch = signatureWatch(node0, address1, before);
  let retryAt = before + patience;
  await until('a signature of node1', async () => {
    if (await watch()) return true;
    if ((await node0.height()) < retryAt) return undefined;
    retryAt += patience;
    // On a machine that stands still its votes may all come too late; then it was jailed once more.
    if ((await validatorOf(node0, 'dev1')).jailed) await node0.cli([...unjail, '--node', node0.rpcUrl], { boundMs: bound });
    return undefined;
  }, bound);
  await Promise.all([node0.stop(), back.stop()]);
});
