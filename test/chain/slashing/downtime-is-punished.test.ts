import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText, Refusal, type Context } from '../../../chain/index.js';
import { consensusAddress } from '../../../chain/crypto/address.js';
import { dec } from '../../../chain/decimal.js';
import { hasBit } from '../../../chain/modules/slashing/bitmap.js';
import { missedBlocksKey } from '../../../chain/modules/slashing/keys.js';
import { governanceAddress } from '../../../chain/authority.js';
import { accountBytes, RewardWorld } from '../../support/reward-world.js';
import { consensusOf } from '../../support/scripted-staking.js';

const million = 1_000_000n;
const slashing = { params: { signed_blocks_window: '10', min_signed_per_window: '0.5', downtime_jail_duration: '600s', slash_fraction_double_sign: '0.05', slash_fraction_downtime: '0.01' } };

function world(): { chain: RewardWorld; a: string; b: string } {
  const chain = new RewardWorld({ slashing });
  return { chain, a: chain.validator(1, 100n * million, dec('0')), b: chain.validator(2, 50n * million, dec('0')) };
}

const eventsOf = (ctx: Context, type: string): Record<string, string>[] => ctx.events.events
  .filter(event => event.type === type).map(({ attributes }) => Object.fromEntries(attributes.map(({ key, value }) => [key, value])));
const info = (chain: RewardWorld, operator: string): { missedBlocksCounter: bigint; indexOffset: bigint; startHeight: bigint; tombstoned: boolean; jailedUntil: { seconds: bigint } | undefined } => {
  const known = chain.slashingKeeper.signingInfo(chain.branch, consensusOf(chain.staking.validator(operator)));
  assert(known);
  return known;
};

test('whoever misses more than may be missed of a window is slashed and jailed, not before a whole window is over', () => {
  const { chain, a, b } = world();
  const address = consensusAddress.text(consensusOf(chain.staking.validator(b)));
  for (let missed = 1; missed <= 10; missed += 1) {
    const ctx = chain.block('', [a, b], [b]);
    assert.deepEqual(eventsOf(ctx, 'liveness'), [{ address, missed_blocks: String(missed), height: String(chain.height) }]);
  }
  assert.equal(chain.height, 11n); // bonded at 1, so that a window is over after 11
  assert.deepEqual(chain.staking.punishments, []);
  const ctx = chain.block('', [a, b], [b]);
  assert.deepEqual(chain.staking.punishments, [{ kind: 'slash', infractionHeight: 10n, power: 50n, fraction: dec('0.01') }, { kind: 'jail' }]);
  assert.deepEqual(eventsOf(ctx, 'slash'), [{ address, power: '50', reason: 'missing_signature', jailed: address, burned_coins: '500000' }]);
  assert.deepEqual([info(chain, b).missedBlocksCounter, info(chain, b).indexOffset], [0n, 0n]);
  assert.equal(info(chain, b).jailedUntil?.seconds, chain.seconds + 600n);
  assert.deepEqual(chain.slashingKeeper.missedBlocks(chain.branch, consensusOf(chain.staking.validator(b))), []);
  chain.block('', [a, [b, 50n]], [b]); // its votes are missed for a while yet; they do not count
  assert.equal(info(chain, b).missedBlocksCounter, 0n);
  assert.equal(info(chain, a).missedBlocksCounter, 0n);
  chain.check();
});

test('half of the window may be missed, again and again; a vote for nothing is a sign of life', () => {
  const { chain, a, b } = world();
  for (let block = 0; block < 50; block += 1) chain.block('', [a, b], block % 2 === 0 ? [b] : []);
  assert.deepEqual(chain.staking.punishments, []);
  assert.equal(info(chain, b).missedBlocksCounter, 5n);
  assert.equal(chain.slashingKeeper.missedBlocks(chain.branch, consensusOf(chain.staking.validator(b))).length, 5);
});

test('the bitmap has the SDK’s form: 1024 bits a row, words of eight bytes', () => {
  const chain = new RewardWorld({ slashing: { params: { ...slashing.params, signed_blocks_window: '3000' } } });
  const consensus = accountBytes(9);
  for (const index of [0n, 65n, 1023n, 1024n, 2999n]) chain.slashingKeeper.setMissed(chain.context(), consensus, index, true);
  assert.deepEqual(chain.slashingKeeper.missedBlocks(chain.branch, consensus), [0n, 65n, 1023n, 1024n, 2999n]);
  const chunk = chain.branch.store('slashing').get(missedBlocksKey(consensus, 0n));
  assert(chunk);
  assert.equal(Buffer.from(chunk).toString('hex'), `0000000000000400${'0000000000000001'}${'0000000000000002'}${'0'.repeat(13 * 16)}${'8000000000000000'}`);
  assert(hasBit(chunk, 65) && !hasBit(chunk, 64));
  chain.slashingKeeper.setMissed(chain.context(), consensus, 65n, false);
  assert.deepEqual(chain.slashingKeeper.missedBlocks(chain.branch, consensus), [0n, 1023n, 1024n, 2999n]);
});

test('unjailing: each refusal has the SDK’s code and text, and after the time in jail it is possible', () => {
  const { chain, a, b } = world();
  const unjail = (operator: string) => () => chain.send(chain.slashing, 'MsgUnjail', { validatorAddr: operator });
  const refused = (code: number, message: string) => (error: unknown): boolean => error instanceof Refusal && error.codespace === 'slashing' && error.code === code && error.message === message;
  for (let missed = 0; missed < 11; missed += 1) chain.block('', [a, b], [b]);
  const stranger = new RewardWorld().validator(7, million, dec('0'));
  assert.throws(unjail(stranger), { codespace: 'staking', code: 3, message: 'validator does not exist' });
  assert.throws(unjail(a), refused(5, 'validator not jailed; cannot be unjailed'));
  assert.throws(unjail(b), refused(4, 'validator still jailed; cannot be unjailed'));
  chain.seconds += 599n;
  assert.throws(unjail(b), refused(4, 'validator still jailed; cannot be unjailed'));
  chain.seconds += 1n;
  chain.staking.change(b, { minSelfDelegation: 50n * million });
  assert.throws(unjail(b), refused(7, '49500000 less than 50000000: validator\'s self delegation less than minimum; cannot be unjailed'));
  chain.staking.change(b, { minSelfDelegation: 1n });
  unjail(b)();
  assert.equal(chain.staking.validator(b).jailed, false);
  chain.staking.delegate(chain.context(), addressText(accountBytes(3)), b, million);
  const { shares } = chain.staking.view.delegation(chain.branch, addressText(accountBytes(2)), b) ?? assert.fail();
  chain.staking.undelegate(chain.context(), addressText(accountBytes(2)), b, shares);
  assert.throws(unjail(b), { codespace: 'staking', code: 19, message: 'no delegation for (address, validator) tuple' });
  assert.throws(unjail('windlass1'), /validator input address: decoding bech32 failed: invalid separator index 8: invalid address/);
});

test('signing once more after jail counts from the block where it was bonded again', () => {
  const { chain, a, b } = world();
  for (let missed = 0; missed < 11; missed += 1) chain.block('', [a, b], [b]);
  for (const hooks of chain.staking.hooks) hooks.afterValidatorBonded?.(chain.context(), consensusOf(chain.staking.validator(b)), b);
  assert.equal(info(chain, b).startHeight, chain.height);
  assert.equal(info(chain, b).jailedUntil?.seconds, chain.seconds + 600n);
});

test('governance changes the parameters, nobody else; another window begins its count anew', () => {
  const { chain, a, b } = world();
  for (let missed = 0; missed < 4; missed += 1) chain.block('', [a, b], [b]);
  const params = {
    signedBlocksWindow: 20n, minSignedPerWindow: Buffer.from(dec('0.75').toString()), downtimeJailDuration: { seconds: 60n, nanos: 0 },
    slashFractionDoubleSign: Buffer.from(dec('0.1').toString()), slashFractionDowntime: Buffer.from(dec('0').toString()),
  };
  const update = (authority: string, changes: object) => () => chain.send(chain.slashing, 'MsgUpdateParams', { authority, params: { ...params, ...changes } });
  assert.throws(update(addressText(accountBytes(1)), {}), { codespace: 'gov', code: 13 });
  assert.throws(update(governanceAddress, { signedBlocksWindow: 0n }), { codespace: 'undefined', code: 1, message: 'signed blocks window must be positive: 0' });
  assert.throws(update(governanceAddress, { minSignedPerWindow: Buffer.from(dec('1.5').toString()) }), /min signed per window too large: 1.500000000000000000/);
  assert.throws(update(governanceAddress, { slashFractionDowntime: Buffer.from('-1') }), /downtime slash fraction cannot be negative/);
  assert.throws(update(governanceAddress, { downtimeJailDuration: { seconds: 0n, nanos: 0 } }), /downtime jail duration must be positive/);
  assert.throws(update(governanceAddress, { downtimeJailDuration: { seconds: 2n ** 63n - 1n, nanos: 0 } }), /downtime jail duration is too long: 9223372036854775807s/);
  assert.equal(info(chain, b).missedBlocksCounter, 4n);
  update(governanceAddress, {})();
  assert.deepEqual([info(chain, b).missedBlocksCounter, info(chain, b).indexOffset], [0n, 0n]);
  for (let missed = 0; missed < 16; missed += 1) chain.block('', [a, b], [b]); // 5 of 20 may be missed, after height 21
  assert.deepEqual(chain.staking.punishments, []);
  chain.block('', [a, b], [b]);
  assert.equal(chain.staking.validator(b).jailed, true);
  assert.equal(chain.staking.validator(b).tokens, 50n * million);
});
