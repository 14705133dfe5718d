/** One key on one chain: asks what signing needs, signs, sends, and waits for the block. */
import type { EncodeObject } from '@cosmjs/proto-signing';
import { isMultisigThresholdPubkey } from '@cosmjs/amino';
import { accountFromAny } from '@cosmjs/stargate';
import { QueryAccountRequest, QueryAccountResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query';
import { SimulateRequest, SimulateResponse } from 'cosmjs-types/cosmos/tx/v1beta1/service';
import type { Command } from 'commander';
import type { Coin } from '../../client/index.js';
import { feeOf } from '../coins.js';
import { CliFailure, UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import type { KeyInfo, Keyring } from '../keyring/keyring.js';
import { makeNodeRpc, NodeRefusal, pollUntil, type NodeRpc } from '../node-rpc.js';
import { toJson } from '../output.js';
import { confirm } from '../prompt.js';
import { keyringOf, settingsOf, type Settings } from '../settings.js';
import { txOptions, type TxOptions } from './flags.js';
import { hintOf } from './hints.js';
import { findTx, refusedResponse, type RpcBroadcast, type TxResponse } from './response.js';
import { registry, signTx, txToSimulate, type SignerState } from './sign.js';

export type TxSession = {
  readonly settings: Settings;
  readonly options: TxOptions;
  readonly rpc: NodeRpc;
  readonly keyring: Keyring;
  readonly key: KeyInfo;
  /** The node's chain, once it is known to be the one the user meant. Asked for once a command. */
  chainId: string | undefined;
  /** Asked for once a command. */
  confirmed: boolean;
};

/** Finds the key; no node is asked yet. Throws UsageFailure on flags that make no transaction. */
export function openTxSession(command: Command, io: Io): TxSession {
  const options = txOptions(command);
  const settings = settingsOf(command, io);
  const keyring = keyringOf(settings);
  const key = keyring.get(options.from);
  if (isMultisigThresholdPubkey(key.publicKey) && options.gas === 'auto') {
    throw new UsageFailure('the gas of a multisig transaction cannot be estimated', 'Say it with --gas, such as --gas 300000.');
  }
  const rpc = makeNodeRpc(settings.nodeUrl);
  return { settings, options, rpc, keyring, key, chainId: undefined, confirmed: options.yes };
}

async function chainIdOf(rpc: NodeRpc, expected: string): Promise<string> {
  const { node_info: node } = await rpc.call<{ node_info: { network: string } }>('status');
  if (expected !== '' && node.network !== expected) {
    throw new CliFailure(`the node at ${rpc.url} is on chain ${node.network}, client.toml says ${expected}`, {
      hint: 'Choose another node with --node, or correct chain-id in config/client.toml.',
    });
  }
  return node.network;
}

/** Signs and sends; answers once the transaction is in a block or refused. A refusal is an answer with a code, not an error. */
export async function sendMessages(session: TxSession, messages: readonly EncodeObject[]): Promise<TxResponse> {
  const { options, key, rpc } = session;
  const state = await signerState(session);
  const gas = options.gas === 'auto' ? await estimateGas(session, messages, state.sequence) : options.gas;
  const amount = options.fee.kind === 'fees' ? [...options.fee.fees] : feeOf(gas, options.fee.prices);
  await askConsent(session, messages, gas, amount);
  const unsigned = { messages, fee: { amount, gas: gas.toString() }, memo: options.memo };
  const bytes = await signTx(session.keyring, key, options.signMode, unsigned, state);
  const answer = await rpc.call<RpcBroadcast>('broadcast_tx_sync', { tx: Buffer.from(bytes).toString('base64') });
  if (answer.code !== 0) return refusedResponse(answer);
  return waitForBlock(session, answer.hash.toUpperCase());
}

async function signerState(session: TxSession): Promise<SignerState> {
  const { rpc, key } = session;
  const chainId = (session.chainId ??= await chainIdOf(rpc, session.settings.client.chainId));
  try {
    const { value } = await rpc.queryAbci('/cosmos.auth.v1beta1.Query/Account', QueryAccountRequest.encode({ address: key.address }).finish());
    const { account } = QueryAccountResponse.decode(value);
    if (!account) throw new CliFailure(`the node's answer lacks the account ${key.address}`);
    const { accountNumber, sequence } = accountFromAny(account);
    return { accountNumber, sequence, chainId };
  } catch (error) {
    if (!(error instanceof NodeRefusal) || !/NotFound/i.test(error.message)) throw error;
    throw new CliFailure(`the account ${key.address} does not exist on ${chainId} yet`, { hint: 'An account begins with the first coins it receives: send it some.', cause: error });
  }
}

async function estimateGas({ rpc, key, options }: TxSession, messages: readonly EncodeObject[], sequence: number): Promise<bigint> {
  const request = SimulateRequest.fromPartial({ txBytes: txToSimulate(key, messages, options.memo, sequence) });
  try {
    const { value } = await rpc.queryAbci('/cosmos.tx.v1beta1.Service/Simulate', SimulateRequest.encode(request).finish());
    const used = SimulateResponse.decode(value).gasInfo?.gasUsed;
    if (used === undefined) throw new CliFailure('the node did not estimate the gas', { hint: 'Say it with --gas, such as --gas 300000.' });
    return (used * BigInt(Math.round(options.gasAdjustment * 1000)) + 999n) / 1000n;
  } catch (error) {
    if (!(error instanceof NodeRefusal)) throw error;
    const hint = hintOf(error.codespace, error.code) ?? 'Nothing was sent, and nothing was paid.';
    throw new CliFailure(`the chain would refuse this: ${error.message}`, { hint, cause: error });
  }
}

async function askConsent(session: TxSession, messages: readonly EncodeObject[], gas: bigint, fee: readonly Coin[]): Promise<void> {
  if (session.confirmed) return;
  const { io } = session.settings;
  const shown = messages.map(({ typeUrl, value }) => `  ${typeUrl} ${readable(typeUrl, value)}`).join('\n');
  const coins = fee.length === 0 ? 'nothing' : fee.map(({ amount, denom }) => amount + denom).join(', ');
  io.err(`${session.key.name} (${session.key.address}) signs on ${String(session.chainId)}:\n${shown}\ngas ${gas}, fee ${coins}\n`);
  if (!(await confirm(io, 'Sign and send?'))) throw new CliFailure('not sent', { hint: 'Answer y, or pass --yes.' });
  session.confirmed = true;
}

/** The fields as JSON, long bytes by their length. */
function readable(typeUrl: string, value: unknown): string {
  registry.encode({ typeUrl, value }); // what is shown must be what can be signed
  const short = Object.fromEntries(Object.entries(value as object).map(([name, content]) => [name, content instanceof Uint8Array ? `${content.length} bytes` : content]));
  return toJson(short);
}

/** What is sent is sent: a node that cannot be asked for a while is asked again, and in the end the hash is told. */
async function waitForBlock({ rpc, options, settings }: TxSession, hash: string): Promise<TxResponse> {
  let trouble: CliFailure | undefined;
  const attempt = async (): Promise<TxResponse | undefined> => {
    try {
      return await findTx(rpc, hash);
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      trouble = error;
      return undefined;
    }
  };
  const late = (): Error => new CliFailure(`${hash} was sent, but is in no block after ${options.waitSeconds} s${trouble ? ` (${trouble.message})` : ''}`, {
    hint: `It may still come. Look before sending it again: windlass query tx ${hash}`, cause: trouble,
  });
  return pollUntil(settings.io, options.waitSeconds, attempt, late);
}
