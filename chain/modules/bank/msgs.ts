/** MsgSend and MsgMultiSend. */
import { addCoins, coinsText, parseCoins, type Coins, type WireCoin } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import { parseAddress } from '../../crypto/address.js';
import type { MsgDefinition } from '../../module.js';
import { refuse, refuseSdk } from '../../refusal.js';
import type { BankKeeper } from './keeper.js';

export type MsgSend = { fromAddress: string; toAddress: string; amount: WireCoin[] };
type Side = { address: string; coins: WireCoin[] };
export type MsgMultiSend = { inputs: Side[]; outputs: Side[] };

export function bankMsgs(codecs: Codecs, keeper: BankKeeper): readonly [MsgDefinition<MsgSend>, MsgDefinition<MsgMultiSend>] {
  return [sendDefinition(codecs, keeper), multiSendDefinition(codecs, keeper)];
}

function sendDefinition(codecs: Codecs, keeper: BankKeeper): MsgDefinition<MsgSend> {
  const response = codecs.of<object>('cosmos.bank.v1beta1.MsgSendResponse');
  return {
    codec: codecs.of<MsgSend>('cosmos.bank.v1beta1.MsgSend'),
    responseTypeUrl: response.typeUrl,
    aminoName: 'cosmos-sdk/MsgSend',
    aminoKeepEmpty: ['amount'],
    eventModule: 'bank',
    signers: msg => [msg.fromAddress],
    validateBasic: msg => {
      requireAddress(msg.fromAddress, 'invalid from address');
      requireAddress(msg.toAddress, 'invalid to address');
      positiveCoins(msg.amount);
    },
    handle: (ctx, msg) => {
      const coins = positiveCoins(msg.amount);
      keeper.requireSendEnabled(ctx, coins);
      requireMayReceive(keeper, msg.toAddress);
      keeper.sendCoins(ctx, msg.fromAddress, msg.toAddress, coins);
      return response.encode({});
    },
  };
}

function multiSendDefinition(codecs: Codecs, keeper: BankKeeper): MsgDefinition<MsgMultiSend> {
  const response = codecs.of<object>('cosmos.bank.v1beta1.MsgMultiSendResponse');
  return {
    codec: codecs.of<MsgMultiSend>('cosmos.bank.v1beta1.MsgMultiSend'),
    responseTypeUrl: response.typeUrl,
    aminoName: 'cosmos-sdk/MsgMultiSend',
    aminoKeepEmpty: ['inputs', 'inputs.coins', 'outputs', 'outputs.coins'],
    eventModule: 'bank',
    signers: msg => msg.inputs.map(input => input.address),
    validateBasic: msg => {
      checkedSides(msg);
    },
    handle: (ctx, msg) => {
      const { from, total, outputs } = checkedSides(msg);
      keeper.requireSendEnabled(ctx, total);
      for (const { address } of outputs) requireMayReceive(keeper, address);
      keeper.sendToMany(ctx, from, total, outputs);
      return response.encode({});
    },
  };
}

type CheckedSides = { from: string; total: Coins; outputs: { address: string; coins: Coins }[] };

/** One input, at least one output, and the same sum on both sides. Codes are those of codespace `bank`. */
function checkedSides({ inputs, outputs }: MsgMultiSend): CheckedSides {
  const [input, second] = inputs;
  if (!input) refuse('bank', 2, 'no inputs to send transaction');
  if (second) refuse('bank', 9, 'multiple senders not allowed');
  if (outputs.length === 0) refuse('bank', 3, 'no outputs to send transaction');
  requireAddress(input.address, 'invalid input address');
  const total = positiveCoins(input.coins);
  const receivers = outputs.map(({ address, coins }) => {
    requireAddress(address, 'invalid output address');
    return { address, coins: positiveCoins(coins) };
  });
  const sum = receivers.reduce<Coins>((all, { coins }) => addCoins(all, coins), []);
  if (coinsText(sum) !== coinsText(total)) refuse('bank', 4, 'sum inputs != sum outputs');
  return { from: input.address, total, outputs: receivers };
}

function positiveCoins(list: readonly WireCoin[]): Coins {
  return list.length === 0 ? refuseSdk('invalidCoins', '') : parseCoins(list);
}

function requireAddress(text: string, complaint: string): void {
  const parsed = parseAddress(text);
  if ('problem' in parsed) refuseSdk('invalidAddress', `${complaint}: ${parsed.problem}`);
}

function requireMayReceive(keeper: BankKeeper, address: string): void {
  if (keeper.isBlocked(address)) refuseSdk('unauthorized', `${address} is not allowed to receive funds`);
}
