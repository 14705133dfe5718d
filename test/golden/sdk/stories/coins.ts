/** What every tx passes, and bank's messages. */
import type { EncodeObject } from '@cosmjs/proto-signing';
import { sendMsg } from '../../../support/chain-wallet.js';
import { addressText, moduleAddress } from '../../../../chain/index.js';
import { noFee, Stage } from '../stage.js';
import type { Story } from '../story.js';

const feeCollector = addressText(moduleAddress('fee_collector'));

export async function coinsStory(): Promise<Story> {
  const stage = await Stage.open();
  await anteStory(stage);
  await sends(stage);
  await multiSends(stage);
  return stage.end();
}

const fee = (amount: string, denom = 'uwind', gas = '200000'): { fee: { amount: { denom: string; amount: string }[]; gas: string } } => ({ fee: { amount: [{ denom, amount }], gas } });

async function anteStory(stage: Stage): Promise<void> {
  const { ann, bob } = stage.cast;
  const send = [sendMsg(ann.address, bob.address, '1')];
  await stage.tx('a fee is paid', ann, send, fee('5000'));
  await stage.tx('memo too long', ann, send, { memo: 'x'.repeat(257) });
  await stage.tx('timeout height passed', ann, send, { timeoutHeight: 1n });
  await stage.tx('sequence too high', ann, send, { sequence: 9 });
  await stage.tx('another account number', ann, send, { accountNumber: 77 });
  await stage.tx('another chain', ann, send, { chainId: 'another' });
  await stage.tx('another chain, signed in amino', ann, send, { chainId: 'another', mode: 'amino' });
  await stage.tx('fee larger than what there is', ann, send, fee('2000000000'));
  await stage.tx('fee in a denom that nobody has', ann, send, fee('1', 'nothing'));
  await stage.tx('a fee of zero coins listed', ann, send, fee('0'));
  await stage.tx('a negative fee', ann, send, fee('-1'));
  await stage.tx('a fee of the same denom twice', ann, send, { fee: { amount: [{ denom: 'uwind', amount: '1' }, { denom: 'uwind', amount: '1' }], gas: '200000' } });
  await stage.tx('a fee granter', ann, send, { fee: { amount: [{ denom: 'uwind', amount: '1' }], gas: '200000', granter: bob.address } });
  await stage.tx('no gas at all', ann, send, fee('1', 'uwind', '0'));
  await stage.tx('gas for the size is missing', ann, send, fee('1', 'uwind', '1000'));
  await stage.tx('two messages, the second fails', ann, [sendMsg(ann.address, bob.address, '1'), sendMsg(ann.address, bob.address, '9000000000')], fee('10'));
  await stage.tx('two messages', ann, [...send, sendMsg(ann.address, bob.address, '2', 'other')], { memo: 'two', ...fee('10') });
}

async function sends(stage: Stage): Promise<void> {
  const { ann, bob } = stage.cast;
  const send = (more: object): EncodeObject[] => [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: ann.address, toAddress: bob.address, amount: [{ denom: 'uwind', amount: '1' }], ...more } }];
  await stage.ask('bad receiver', ann, send({ toAddress: 'x' }));
  await stage.ask('empty receiver', ann, send({ toAddress: '' }));
  await stage.ask('receiver of another prefix', ann, send({ toAddress: 'cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn' }));
  await stage.ask('no coins', ann, send({ amount: [] }));
  await stage.ask('zero coins', ann, send({ amount: [{ denom: 'uwind', amount: '0' }] }));
  await stage.ask('coins out of order', ann, send({ amount: [{ denom: 'uwind', amount: '1' }, { denom: 'other', amount: '1' }] }));
  await stage.ask('a denom twice', ann, send({ amount: [{ denom: 'uwind', amount: '1' }, { denom: 'uwind', amount: '1' }] }));
  await stage.ask('a bad denom', ann, send({ amount: [{ denom: '!', amount: '1' }] }));
  await stage.ask('to a module that receives nothing', ann, send({ toAddress: feeCollector }));
  await stage.ask('more than there is', ann, send({ amount: [{ denom: 'uwind', amount: '99999999999' }] }));
  await stage.ask('coins that nobody has', ann, send({ amount: [{ denom: 'nothing', amount: '1' }] }));
  await stage.tx('coins of two denoms', ann, send({ amount: [{ denom: 'other', amount: '1' }, { denom: 'uwind', amount: '1' }] }), { mode: 'amino', fee: noFee });
  await stage.tx('to oneself', ann, send({ toAddress: ann.address }));
}

async function multiSends(stage: Stage): Promise<void> {
  const { ann, bob, cat } = stage.cast;
  const side = (address: string, amount: string, denom = 'uwind'): object => ({ address, coins: amount === '' ? [] : [{ denom, amount }] });
  const many = (inputs: readonly object[], outputs: readonly object[]): EncodeObject[] => [{ typeUrl: '/cosmos.bank.v1beta1.MsgMultiSend', value: { inputs, outputs } }];
  await stage.ask('no outputs', ann, many([side(ann.address, '2')], []));
  await stage.ask('sums differ', ann, many([side(ann.address, '2')], [side(bob.address, '1')]));
  await stage.ask('bad output', ann, many([side(ann.address, '1')], [side('x', '1')]));
  await stage.ask('empty coins', ann, many([side(ann.address, '')], [side(bob.address, '')]));
  await stage.ask('blocked output', ann, many([side(ann.address, '1')], [side(feeCollector, '1')]));
  await stage.ask('more than there is', ann, many([side(ann.address, '99999999999')], [side(bob.address, '99999999999')]));
  await stage.tx('one to two', ann, many([side(ann.address, '3')], [side(bob.address, '1'), side(cat.address, '2')]), { mode: 'amino' });
}
