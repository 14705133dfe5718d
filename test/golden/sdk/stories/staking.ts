/** Staking's messages: each refusal, and what each success tells. */
import type { EncodeObject } from '@cosmjs/proto-signing';
import { creation, uwind } from '../../../support/staking-world.js';
import { operatorOf, Stage, validatorKey, wind } from '../stage.js';
import type { Story } from '../story.js';

const staking = (name: string, value: object): EncodeObject => ({ typeUrl: `/cosmos.staking.v1beta1.${name}`, value });
const asIs = '[do-not-modify]';
const unchanged = { moniker: asIs, identity: asIs, website: asIs, securityContact: asIs, details: asIs };

export async function stakingStory(): Promise<Story> {
  const stage = await Stage.open();
  await creations(stage);
  await edits(stage);
  await delegations(stage);
  await unbondings(stage);
  await redelegations(stage);
  return stage.end();
}

async function creations(stage: Stage): Promise<void> {
  const { ann, bob, val0 } = stage.cast;
  const by = (wallet: typeof ann, more: object): EncodeObject[] =>
    [staking('MsgCreateValidator', { ...creation(2, 20n * wind), validatorAddress: operatorOf(wallet), ...more })];
  const rates = (rate: string, maxRate: string, maxChangeRate: string): object => ({ commission: { rate, maxRate, maxChangeRate } });
  const tenth = '100000000000000000';
  const text = (field: string, length: number): object => ({ description: { moniker: 'm', identity: '', website: '', securityContact: '', details: '', [field]: 'x'.repeat(length) } });
  await stage.ask('no public key', ann, by(ann, { pubkey: undefined }));
  await stage.ask('no value', ann, by(ann, { value: uwind(0) }));
  await stage.ask('bad denom of value', ann, by(ann, { value: { denom: '1', amount: '1' } }));
  await stage.ask('empty description', ann, by(ann, { description: { moniker: '', identity: '', website: '', securityContact: '', details: '' } }));
  await stage.ask('max rate above 1', ann, by(ann, rates(tenth, '1100000000000000000', tenth)));
  await stage.ask('max rate negative', ann, by(ann, rates(tenth, '-1', tenth)));
  await stage.ask('rate negative', ann, by(ann, rates('-1', tenth, tenth)));
  await stage.ask('rate above max', ann, by(ann, rates('200000000000000000', tenth, tenth)));
  await stage.ask('change rate negative', ann, by(ann, rates(tenth, tenth, '-1')));
  await stage.ask('change rate above max', ann, by(ann, rates(tenth, tenth, '200000000000000000')));
  await stage.ask('minimal self delegation 0', ann, by(ann, { minSelfDelegation: '0' }));
  await stage.ask('self delegation below minimum', ann, by(ann, { minSelfDelegation: '20000001' }));
  await stage.ask('rate below min_commission_rate', ann, by(ann, rates('1', tenth, tenth)));
  await stage.ask('operator exists', val0, by(val0, {}));
  await stage.ask('key exists', ann, by(ann, { pubkey: validatorKey(1) }));
  await stage.ask('another denom', ann, by(ann, { value: { denom: 'other', amount: '100' } }));
  for (const [field, length] of [['moniker', 71], ['identity', 3001], ['website', 141], ['securityContact', 141], ['details', 281]] as const) {
    await stage.ask(`${field} too long`, ann, by(ann, text(field, length)));
  }
  await stage.ask('key of another type', ann, by(ann, { pubkey: { typeUrl: '/cosmos.crypto.secp256k1.PubKey', value: Buffer.concat([Buffer.from([10, 33]), bob.publicKey]) } }));
  await stage.ask('more than there is', ann, by(ann, { value: uwind(1_000_000n * wind) }));
  await stage.tx('a validator is created', ann, by(ann, {}));
  await stage.tx('a validator without power is created', bob, by(bob, { pubkey: validatorKey(3), value: uwind(999_999n) }), { mode: 'amino' });
}

async function edits(stage: Stage): Promise<void> {
  const { ann, cat } = stage.cast;
  const by = (wallet: typeof ann, more: object): EncodeObject[] =>
    [staking('MsgEditValidator', { description: unchanged, validatorAddress: operatorOf(wallet), commissionRate: '', minSelfDelegation: '', ...more })];
  await stage.ask('empty description', ann, by(ann, { description: { moniker: '', identity: '', website: '', securityContact: '', details: '' } }));
  await stage.ask('minimal self delegation 0', ann, by(ann, { minSelfDelegation: '0' }));
  await stage.ask('rate above 1', ann, by(ann, { commissionRate: '1000000000000000001' }));
  await stage.ask('rate below min_commission_rate', ann, by(ann, { commissionRate: '1' }));
  await stage.ask('no such validator', cat, by(cat, {}));
  await stage.ask('moniker too long', ann, by(ann, { description: { ...unchanged, moniker: 'ä'.repeat(36) } }));
  await stage.ask('rate changed within a day', ann, by(ann, { commissionRate: '110000000000000000' }));
  await stage.ask('minimum lowered', ann, by(ann, { minSelfDelegation: '1' }));
  await stage.ask('minimum above what there is', ann, by(ann, { minSelfDelegation: '999999999' }));
  await stage.tx('a description is edited', ann, by(ann, { description: { ...unchanged, details: 'about' } }));
  await stage.tx('a minimum is raised', ann, by(ann, { minSelfDelegation: '2' }));
  await stage.pass(86_400);
  await stage.ask('rate above max', ann, by(ann, { commissionRate: '210000000000000000' }));
  await stage.ask('rate changed too far', ann, by(ann, { commissionRate: '120000000000000000' }));
  await stage.tx('a rate is edited', ann, by(ann, { commissionRate: '110000000000000000' }));
}

async function delegations(stage: Stage): Promise<void> {
  const { cat, ann, val0 } = stage.cast;
  const to = (validator: typeof ann, more: object = {}): EncodeObject[] =>
    [staking('MsgDelegate', { delegatorAddress: cat.address, validatorAddress: operatorOf(validator), amount: uwind(10n * wind), ...more })];
  await stage.ask('bad address of a validator', cat, to(ann, { validatorAddress: ann.address }));
  await stage.ask('empty address of a validator', cat, to(ann, { validatorAddress: '' }));
  await stage.ask('nothing delegated', cat, to(ann, { amount: uwind(0) }));
  await stage.ask('no such validator', cat, to(cat));
  await stage.ask('another denom', cat, to(ann, { amount: { denom: 'other', amount: '1' } }));
  await stage.ask('more than there is', cat, to(ann, { amount: uwind(10_000n * wind) }));
  await stage.tx('a delegation', cat, to(ann));
  await stage.tx('a second delegation, signed in amino', cat, to(ann), { mode: 'amino' });
  await stage.tx('a delegation to another', cat, to(val0));
}

async function unbondings(stage: Stage): Promise<void> {
  const { cat, ann, bob, val1 } = stage.cast;
  const from = (validator: typeof ann, more: object = {}): EncodeObject[] =>
    [staking('MsgUndelegate', { delegatorAddress: cat.address, validatorAddress: operatorOf(validator), amount: uwind(wind), ...more })];
  await stage.ask('bad address of a validator', cat, from(ann, { validatorAddress: 'x' }));
  await stage.ask('nothing', cat, from(ann, { amount: uwind(0) }));
  await stage.ask('no such validator', cat, from(cat));
  await stage.ask('no delegation', cat, from(val1));
  await stage.ask('more than there is', cat, from(ann, { amount: uwind(21n * wind) }));
  await stage.ask('another denom', cat, from(ann, { amount: { denom: 'other', amount: '1' } }));
  await stage.tx('an unbonding begins', cat, from(ann));
  const first = stage.height;
  await stage.tx('a second one, signed in amino', cat, from(ann, { amount: uwind(2n * wind) }), { mode: 'amino' });
  await stage.ask('too many unbondings', cat, from(ann));
  const cancel = (more: object): EncodeObject[] =>
    [staking('MsgCancelUnbondingDelegation', { delegatorAddress: cat.address, validatorAddress: operatorOf(ann), amount: uwind(400_000n), creationHeight: BigInt(first), ...more })];
  await stage.ask('cancel: bad address', cat, cancel({ validatorAddress: 'x' }));
  await stage.ask('cancel: nothing', cat, cancel({ amount: uwind(0) }));
  await stage.ask('cancel: height 0', cat, cancel({ creationHeight: 0n }));
  await stage.ask('cancel: another denom', cat, cancel({ amount: { denom: 'other', amount: '1' } }));
  await stage.ask('cancel: no such validator', cat, cancel({ validatorAddress: operatorOf(cat) }));
  await stage.ask('cancel: no unbonding', cat, cancel({ validatorAddress: operatorOf(val1) }));
  await stage.ask('cancel: no unbonding of that height', cat, cancel({ creationHeight: 1n }));
  await stage.ask('cancel: more than the entry', cat, cancel({ amount: uwind(2n * wind) }));
  await stage.tx('part of an unbonding is cancelled', cat, cancel({}));
  await stage.tx('the rest of it is cancelled', cat, cancel({ amount: uwind(600_000n) }));
  await stage.tx('an operator undelegates below the minimum', bob, [staking('MsgUndelegate', { delegatorAddress: bob.address, validatorAddress: operatorOf(bob), amount: uwind(999_999n) })]);
}

async function redelegations(stage: Stage): Promise<void> {
  const { cat, ann, val0, val1 } = stage.cast;
  const move = (source: typeof ann, destination: typeof ann, more: object = {}): EncodeObject[] =>
    [staking('MsgBeginRedelegate', { delegatorAddress: cat.address, validatorSrcAddress: operatorOf(source), validatorDstAddress: operatorOf(destination), amount: uwind(wind), ...more })];
  await stage.ask('bad source', cat, move(ann, val1, { validatorSrcAddress: 'x' }));
  await stage.ask('bad destination', cat, move(ann, val1, { validatorDstAddress: 'x' }));
  await stage.ask('nothing', cat, move(ann, val1, { amount: uwind(0) }));
  await stage.ask('no source', cat, move(cat, val1));
  await stage.ask('no destination', cat, move(ann, cat));
  await stage.ask('to itself', cat, move(ann, ann));
  await stage.ask('no delegation', cat, move(val1, ann));
  await stage.ask('more than there is', cat, move(ann, val1, { amount: uwind(100n * wind) }));
  await stage.ask('another denom', cat, move(ann, val1, { amount: { denom: 'other', amount: '1' } }));
  await stage.tx('a redelegation', cat, move(ann, val1), { mode: 'amino' });
  await stage.ask('on from where it came to', cat, move(val1, val0));
  await stage.tx('a second redelegation', cat, move(ann, val1));
  await stage.ask('too many redelegations', cat, move(ann, val1));
  await stage.ask('update params by anybody', cat, [staking('MsgUpdateParams', { authority: cat.address, params: { unbondingTime: { seconds: 1n, nanos: 0 }, maxValidators: 1, maxEntries: 1, historicalEntries: 0, bondDenom: 'uwind', minCommissionRate: '0' } })]);
  await stage.pass(22 * 86_400);
  await stage.pass(5);
}
