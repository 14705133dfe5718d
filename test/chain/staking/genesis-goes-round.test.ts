import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { hexText } from '../../../chain/index.js';
import { makeTestChain, testCodecs, type TestChainOptions } from '../../support/chain-app.js';
import { makeTestWallet } from '../../support/chain-wallet.js';
import { consensusKeyOf, creation, operatorOf, personOf, StakingWorld, uwind } from '../../support/staking-world.js';
import { accountAddress, operatorAddress, moduleAddress, addressText } from '../../../chain/index.js';

const wind = 1_000_000n;
const staking = (world: StakingWorld): Record<string, unknown> => {
  const module = world.core.modules.find(({ name }) => name === 'staking');
  return module?.exportGenesis?.(world.stores) as Record<string, unknown>;
};

function livedWorld(): StakingWorld {
  const world = new StakingWorld({ params: { max_validators: 2 } });
  for (const n of [0, 1, 2]) world.create(n, BigInt(10 + n) * wind);
  world.nextBlock();
  world.delegate(5, 0, 8n * wind);
  world.nextBlock();
  world.redelegate(5, 0, 2, wind);
  world.undelegate(5, 0, 2n * wind);
  world.nextBlock();
  return world;
}

/** The genesis of a chain that goes on: staking's export and the balances. */
function exported(world: StakingWorld): Record<string, unknown> {
  const addresses = [...Array.from({ length: 10 }, (_, n) => personOf(n)), ...['bonded_tokens_pool', 'not_bonded_tokens_pool'].map(name => addressText(moduleAddress(name)))];
  const balances = addresses.map(address => ({ address, coins: [uwind(world.core.bank.balance(world.stores, address, 'uwind'))] })).filter(({ coins }) => coins[0]?.amount !== '0');
  return { bank: { balances }, staking: staking(world) };
}

test('what is exported begins the same staking again, and goes on as the first does', () => {
  const first = livedWorld();
  const second = new StakingWorld({ appState: exported(first) });
  assert.deepEqual(staking(second), staking(first));
  assert.deepEqual(second.updateTexts().sort(), ['0=15', '2=13']);
  second.height = first.height;
  second.time = first.time;
  for (const world of [first, second]) {
    world.nextBlock(22n * 86_400n);
    world.nextBlock();
  }
  assert.deepEqual(staking(second), staking(first));
  assert.equal(second.balance(5), first.balance(5));
});

test('a genesis that does not add up is refused with a sentence', () => {
  const sound = exported(livedWorld());
  const changed = (change: (staked: Record<string, unknown>) => void): Record<string, unknown> => {
    const copy = structuredClone(sound);
    change(copy['staking'] as Record<string, unknown>);
    return copy;
  };
  const cases: readonly (readonly [(staked: Record<string, unknown>) => void, RegExp])[] = [
    [staked => (staked['delegations'] as unknown[]).pop(), /do not add up to its delegator_shares/],
    [staked => (staked['unbonding_delegations'] as unknown[]).pop(), /not bonded pool balance is different/],
    [staked => (staked['validators'] as unknown[]).push((staked['validators'] as unknown[])[0]), /is listed twice/],
    [staked => { (staked['params'] as Record<string, unknown>)['max_validators'] = 0; }, /max validators must be positive/],
    [staked => { ((staked['validators'] as Record<string, unknown>[])[0] ?? {})['operator_address'] = personOf(0); }, /hrp does not match bech32 prefix/],
    [staked => { ((staked['validators'] as Record<string, unknown>[])[0] ?? {})['tokens'] = 'many'; }, /decimal text/],
  ];
  for (const [change, text] of cases) assert.throws(() => new StakingWorld({ appState: changed(change) }), text);
});

const operator = await makeTestWallet('operator');
const message = { typeUrl: '/cosmos.staking.v1beta1.MsgCreateValidator', value: { ...creation(0, 0n), validatorAddress: operatorAddress.text(accountAddress.bytes(operator.address)), value: uwind(5n * wind) } };
const accounts = [{ address: addressText(moduleAddress('somebody')), coins: [uwind(1)] }, { address: operator.address, coins: [uwind(6n * wind)] }]; // the operator's number is not 0

async function gentx(options: object = {}): Promise<unknown> {
  const { bodyBytes, authInfoBytes, signatures } = TxRaw.decode(await operator.sign([message], { fee: { amount: [], gas: '200000' }, ...options }));
  const of = (name: string) => testCodecs.of<object>(`cosmos.tx.v1beta1.${name}`);
  return { body: of('TxBody').toJson(of('TxBody').decode(bodyBytes)), auth_info: of('AuthInfo').toJson(of('AuthInfo').decode(authInfoBytes)), signatures: signatures.map(one => Buffer.from(one).toString('base64')) };
}

const withGentx = async (options: object = {}): Promise<TestChainOptions> => ({ accounts, appState: { genutil: { gen_txs: [await gentx(options)] } } });

test('a tx of genesis makes a validator before the first block, whom InitChain’s answer names', async () => {
  const chain = await makeTestChain(await withGentx());
  const { validators } = await chain.app.initChain(chain.genesis);
  assert.deepEqual(validators.map(({ pubKey, power }) => [hexText(pubKey.ed25519 ?? new Uint8Array(0)), power]), [[hexText(consensusKeyOf(0)), 5n]]);
  const { validatorUpdates } = await chain.block();
  assert.deepEqual(validatorUpdates, []);
  assert.equal(chain.balance(operator.address), wind);
  const pool = await chain.ask<{ pool: object }>('/cosmos.staking.v1beta1.Query/Pool', 'cosmos.staking.v1beta1.QueryPoolRequest', 'cosmos.staking.v1beta1.QueryPoolResponse', {});
  assert.deepEqual(pool.pool, { notBondedTokens: '0', bondedTokens: '5000000' });
});

test('a tx of genesis with another chain’s signature, or a validator beside it that does not agree, is refused', async () => {
  await assert.rejects(makeTestChain(await withGentx({ chainId: 'another' })), /gen_txs\[0\] is refused: signature verification failed/);
  await assert.rejects(makeTestChain({ accounts, appState: { genutil: { gen_txs: [{ body: {} }] } } }), /gen_txs\[0\] is no tx/);
  const chain = await makeTestChain(await withGentx());
  const stated = (power: bigint) => chain.app.initChain({ ...chain.genesis, validators: [{ pubKey: { ed25519: consensusKeyOf(0) }, power }] });
  await assert.rejects(stated(6n), /its validators are not those that its app_state stakes/);
  assert.equal((await stated(5n)).validators.length, 1);
  assert.ok(operatorOf(0));
});
