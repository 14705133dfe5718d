/** The dev accounts of a real node, and what they and a test ask of its RPC. Every call rejects when the node is gone. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DirectSecp256k1Wallet, type EncodeObject } from '@cosmjs/proto-signing';
import { toBech32 } from '@cosmjs/encoding';
import { accountFromAny, SigningStargateClient } from '@cosmjs/stargate';
import { QueryAccountRequest, QueryAccountResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query';
import { QueryBalanceRequest, QueryBalanceResponse } from 'cosmjs-types/cosmos/bank/v1beta1/query';
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { TxMsgData } from 'cosmjs-types/cosmos/base/abci/v1beta1/abci';
import { devKeys } from '../../../app/cli/keyring/hd.js';
import { makeNodeRpc, type NodeRpc } from '../../../app/cli/node-rpc.js';
import { registry } from '../../../app/cli/tx/sign.js';
import { actionIdsOf, actionState, bundle, bundleChunks, encodeArgs, setupKernelExtension, typeUrlOf, type Action, type BundleData, type KernelMessageName } from '../../../app/client/index.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { chainDefaults } from '../../../config/node.js';
import { until } from '../../support/node.js';

export type Account = { readonly name: string; readonly address: string; sign(messages: readonly EncodeObject[], at: SignerPlace): Promise<Uint8Array> };
type SignerPlace = { readonly accountNumber: bigint; readonly sequence: number };

/** Enough for any message of these tests, at the least price a node takes. */
const gas = 25_000_000n;
const fee = { amount: [{ denom: 'uwind', amount: String(gas / 40n) }], gas: String(gas) };

/** dev0 … dev9. */
export async function devAccounts(): Promise<Account[]> {
  return Promise.all((await devKeys()).map(async ({ name, address, privateKey }) => {
    const client = await SigningStargateClient.offline(await DirectSecp256k1Wallet.fromKey(privateKey, chainDefaults.addressPrefix), { registry });
    return {
      name, address,
      sign: async (messages, at) => {
        const signed = await client.sign(address, messages, fee, '', { ...at, chainId: chainDefaults.localChainId });
        return TxRaw.encode(signed).finish();
      },
    };
  }));
}

/** An address that nobody has a key of; the same for the same name. */
export function addressNamed(name: string): string {
  return toBech32(chainDefaults.addressPrefix, Uint8Array.from(createHash('sha256').update(name).digest()).subarray(0, 20));
}

export type FoundTx = { readonly hash: string; readonly height: string; readonly code: number; readonly log: string; readonly actionIds: readonly bigint[] };

export type ChainClient = {
  readonly rpc: NodeRpc;
  readonly kernel: ReturnType<typeof setupKernelExtension>['kernel'];
  /** As of the latest height, or another one. */
  balance(address: string, height?: bigint): Promise<bigint>;
  /** Signs with the sequence the chain knows, sends, and answers its hash; undefined when another tx of the account is still on its way. */
  broadcast(account: Account, messages: readonly EncodeObject[]): Promise<string | undefined>;
  find(hash: string): Promise<FoundTx | undefined>;
  /** Sends and waits for the block. */
  commit(account: Account, message: EncodeObject): Promise<FoundTx>;
  /** Waits until it is fulfilled or rejected. */
  settled(actionId: bigint): Promise<Action>;
};

/** CheckTx of a sequence that is not the next one. */
const wrongSequence = 32;

export function chainClient(url: string): ChainClient {
  const rpc = makeNodeRpc(url);
  const { kernel } = setupKernelExtension(rpc);
  const place = async (address: string): Promise<SignerPlace> => {
    const { value } = await rpc.queryAbci('/cosmos.auth.v1beta1.Query/Account', QueryAccountRequest.encode({ address }).finish());
    const { account } = QueryAccountResponse.decode(value);
    if (!account) throw new Error(`no account ${address}`);
    return accountFromAny(account);
  };
  const broadcast: ChainClient['broadcast'] = async (account, messages) => {
    const bytes = await account.sign(messages, await place(account.address));
    const { code, hash, log } = await rpc.call<{ code: number; hash: string; log: string }>('broadcast_tx_sync', { tx: Buffer.from(bytes).toString('base64') });
    if (code === wrongSequence) return undefined;
    if (code !== 0) throw new Error(`refused with code ${code}: ${log}`);
    return hash;
  };
  const find: ChainClient['find'] = async hash => {
    const { txs } = await rpc.call<{ txs: { height: string; tx_result: { code?: number; log?: string; data?: string | null } }[] }>('tx_search', { query: `tx.hash='${hash}'`, prove: false, page: '1', per_page: '1' });
    const [found] = txs;
    return found && { hash, height: found.height, code: found.tx_result.code ?? 0, log: found.tx_result.log ?? '', actionIds: actionIdsIn(found.tx_result.data ?? '') };
  };
  return {
    rpc, kernel, broadcast, find,
    balance: async (address, height = 0n) => {
      const data = Buffer.from(QueryBalanceRequest.encode({ address, denom: 'uwind' }).finish()).toString('hex');
      const { response } = await rpc.call<{ response: { code?: number; log?: string; value?: string | null } }>('abci_query', { path: '/cosmos.bank.v1beta1.Query/Balance', data, height: String(height), prove: false });
      if ((response.code ?? 0) !== 0) throw new Error(response.log);
      return BigInt(QueryBalanceResponse.decode(Buffer.from(response.value ?? '', 'base64')).balance?.amount ?? '0');
    },
    commit: async (account, message) => {
      const hash = await until(`a turn for ${account.name}`, () => broadcast(account, [message]));
      return until(`${hash} in a block`, () => find(hash));
    },
    settled: actionId => until(`the outcome of action ${actionId}`, async () => {
      const action = await kernel.action(actionId);
      return action.state === actionState.fulfilled || action.state === actionState.rejected ? action : undefined;
    }),
  };
}

function actionIdsIn(data: string): bigint[] {
  const { msgResponses } = TxMsgData.decode(Uint8Array.from(Buffer.from(data, 'base64')));
  return actionIdsOf({ code: 0, msgResponses });
}

export function sendMsg(from: string, to: string, amount: bigint): EncodeObject {
  return { typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: from, toAddress: to, amount: [{ denom: 'uwind', amount: String(amount) }] } };
}

export function kernelMsg(name: KernelMessageName, value: object): EncodeObject {
  return { typeUrl: typeUrlOf(name), value };
}

export function invokeMsg(sender: string, target: string, method: string, args: readonly unknown[] = [], more: object = {}): EncodeObject {
  return kernelMsg('MsgInvoke', { sender, target, method, args: encodeArgs([...args]), saveAs: '', funds: [], ...more });
}

const bundles = new Map<string, Promise<BundleData>>();

/** Of test/vats/<name>.js; made once a process. */
export function vatBundle(name: string): Promise<BundleData> {
  const made = bundles.get(name) ?? bundle(join(packageRoot, 'test', 'vats', `${name}.js`));
  bundles.set(name, made);
  return made;
}

/** Installs the contract and creates a vat of it as `saveAs`. Rejects when the chain does not do it. */
export async function createVat(client: ChainClient, account: Account, vat: string, saveAs: string): Promise<void> {
  const data = await vatBundle(vat);
  await install(client, account, data);
  const made = await client.commit(account, kernelMsg('MsgCreateVat', { owner: account.address, bundleId: data.bundleId, label: saveAs, parameters: { body: '#{}', slots: [] }, saveAs }));
  await fulfilled(client, made);
}

export async function install(client: ChainClient, account: Account, data: BundleData): Promise<void> {
  for (const chunk of bundleChunks(account.address, data)) await client.commit(account, kernelMsg('MsgInstallBundle', chunk));
}

/** The outcome of a transaction's one action, which must be a success. */
export async function fulfilled(client: ChainClient, tx: FoundTx): Promise<Action> {
  const action = await settledOf(client, tx);
  if (action.state !== actionState.fulfilled) throw new Error(`action ${action.actionId} was rejected: ${action.result?.body}`);
  return action;
}

export async function settledOf(client: ChainClient, tx: FoundTx): Promise<Action> {
  const [id] = tx.actionIds;
  if (tx.code !== 0 || id === undefined) throw new Error(`${tx.hash} failed with code ${tx.code}: ${tx.log}`);
  return client.settled(id);
}
