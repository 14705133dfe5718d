import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operatorAddress } from '../../../chain/index.js';
import { consensusKeyOf, creation, day, operatorOf, StakingWorld, unbondingSeconds } from '../../support/staking-world.js';
import { governanceAddress } from '../../../chain/index.js';
import { testCodecs } from '../../support/chain-app.js';

const wind = 1_000_000n;

test('at most max_validators are in the set: the strongest, of equals those with lower operator bytes', () => {
  const on = new StakingWorld({ params: { max_validators: 2 } });
  for (const n of [0, 1, 2, 3]) on.create(n, 10n * wind);
  on.nextBlock();
  const byBytes = [0, 1, 2, 3].sort((a, b) => Buffer.compare(operatorAddress.bytes(operatorOf(a)), operatorAddress.bytes(operatorOf(b))));
  assert.deepEqual(on.updateTexts(), byBytes.slice(0, 2).map(n => `${n}=10`));
  const [, second = -1, third = -1] = byBytes;
  on.delegate(5, third, wind);
  on.nextBlock();
  assert.deepEqual(on.updateTexts(), [`${third}=11`, `${second}=0`]);
  assert.equal(on.core.staking.lastTotalPower(on.stores), 21n);
  assert.deepEqual(on.core.staking.bondedByPower(on.stores).map(({ operatorAddress: operator }) => operator), [third, byBytes[0] ?? -1].map(operatorOf));
});

test('less than one unit of power is in no set; power counts whole units', () => {
  const on = new StakingWorld();
  on.create(0, 999_999n);
  on.create(1, 2_999_999n);
  on.nextBlock();
  assert.deepEqual(on.updateTexts(), ['1=2']);
  assert.equal(on.validator(0).status, 1);
});

test('who is pushed out and comes back before its time is up was never unbonded; else it is', () => {
  const on = new StakingWorld({ params: { max_validators: 1 } });
  on.create(0, 10n * wind);
  on.create(1, 5n * wind);
  on.nextBlock();
  on.delegate(5, 1, 10n * wind);
  on.nextBlock();
  assert.equal(on.validator(0).status, 2);
  on.nextBlock(day);
  on.delegate(5, 0, 10n * wind);
  on.nextBlock();
  assert.deepEqual([on.validator(0).status, on.validator(1).status], [3, 2]);
  on.nextBlock(unbondingSeconds);
  on.nextBlock();
  assert.deepEqual([on.validator(0).status, on.validator(1).status], [3, 1]); // the queue does not know 0 any more
});

test('a commission changes once in 24 hours, by a step that was promised, below the highest', () => {
  const on = new StakingWorld();
  on.create(0, 10n * wind);
  const edit = (change: object) => on.run('MsgEditValidator', {
    description: { moniker: '[do-not-modify]', identity: '', website: 'w', securityContact: '', details: '' }, validatorAddress: operatorOf(0), commissionRate: '', minSelfDelegation: '', ...change,
  });
  const rate = (percent: number): object => ({ commissionRate: String(BigInt(percent) * 10n ** 16n) });
  on.nextBlock(day - 1n);
  assert.equal(edit(rate(11)).code, 'staking/12');
  on.nextBlock(1n);
  assert.equal(edit(rate(12)).code, 'staking/15');
  assert.equal(edit(rate(21)).code, 'staking/11');
  assert.equal(edit(rate(101)).code, 'sdk/18');
  assert.match(edit(rate(11)).events.at(-1) ?? '', /^edit_validator commission_rate=commission_rates:<rate:"110000000000000000" .* min_self_delegation=1$/);
  assert.equal(edit(rate(10)).code, 'staking/12');
  on.nextBlock(day);
  assert.equal(edit(rate(0)).code, undefined); // down is free
  assert.deepEqual([on.validator(0).description.moniker, on.validator(0).description.website], ['v0', 'w']);
  assert.equal(edit({ minSelfDelegation: '1' }).code, 'staking/17');
  assert.equal(edit({ minSelfDelegation: '10000001' }).code, 'staking/16');
  assert.equal(edit({ minSelfDelegation: '10000000' }).code, undefined);
  on.undelegate(0, 0, 1n);
  assert.equal(on.validator(0).jailed, true);
});

test('what no validator may begin with is refused with the SDK’s codes', () => {
  const on = new StakingWorld({ params: { min_commission_rate: '0.05' } });
  on.create(0, 10n * wind);
  const rates = (rate: string, maxRate: string, maxChangeRate: string): object => ({ commission: { rate: `${rate}${'0'.repeat(16)}`, maxRate: `${maxRate}${'0'.repeat(16)}`, maxChangeRate: `${maxChangeRate}${'0'.repeat(16)}` } });
  const codes: readonly (readonly [object, string])[] = [
    [{ validatorAddress: operatorOf(0) }, 'staking/4'],
    [{ pubkey: creation(0, 1n)['pubkey'] }, 'staking/5'],
    [{ pubkey: undefined }, 'staking/39'],
    [{ pubkey: { typeUrl: '/cosmos.crypto.secp256k1.PubKey', value: testCodecs.of<{ key: Uint8Array }>('cosmos.crypto.secp256k1.PubKey').encode({ key: Uint8Array.of(2, ...consensusKeyOf(9)) }) } }, 'staking/6'],
    [{ value: { denom: 'uwind', amount: '0' } }, 'sdk/18'], [{ value: { denom: 'other', amount: '5' } }, 'sdk/18'],
    [{ minSelfDelegation: '0' }, 'sdk/18'], [{ minSelfDelegation: '10000001' }, 'staking/16'],
    [{ description: { moniker: '', identity: '', website: '', securityContact: '', details: '' } }, 'sdk/18'],
    [{ description: { moniker: 'é'.repeat(36), identity: '', website: '', securityContact: '', details: '' } }, 'sdk/18'],
    [{ commission: undefined }, 'sdk/18'], [rates('10', '101', '1'), 'staking/10'], [rates('-1', '10', '1'), 'staking/9'], [rates('11', '10', '1'), 'staking/11'],
    [rates('10', '20', '-1'), 'staking/13'], [rates('10', '20', '21'), 'staking/14'], [rates('4', '20', '1'), 'staking/40'],
    [{ validatorAddress: 'nonsense' }, 'sdk/7'], [{ value: { denom: 'uwind', amount: '9000000000000' } }, 'sdk/5'],
  ];
  for (const [change, code] of codes) assert.equal(on.create(1, 10n * wind, change).code, code, JSON.stringify(change, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
  assert.equal(on.create(1, 10n * wind).code, undefined);
});

test('parameters are changed by governance alone, to what they may be', () => {
  const on = new StakingWorld();
  const params = { unbondingTime: { seconds: 60n, nanos: 0 }, maxValidators: 5, maxEntries: 7, historicalEntries: 2, bondDenom: 'uwind', minCommissionRate: '0' };
  assert.equal(on.run('MsgUpdateParams', { authority: operatorOf(0), params }).code, 'gov/13');
  for (const wrong of [{ maxValidators: 0 }, { maxEntries: 0 }, { bondDenom: '' }, { unbondingTime: { seconds: 0n, nanos: 0 } }, { minCommissionRate: '1000000000000000001' }, { unbondingTime: { seconds: 10n ** 12n, nanos: 0 } }]) {
    assert.equal(on.run('MsgUpdateParams', { authority: governanceAddress, params: { ...params, ...wrong } }).code, 'undefined/1', Object.keys(wrong).join());
  }
  assert.equal(on.run('MsgUpdateParams', { authority: governanceAddress, params }).code, undefined);
  assert.equal(on.core.staking.params(on.stores).maxValidators, 5);
});
