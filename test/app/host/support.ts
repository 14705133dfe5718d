/** The whole application in process, over a real database in a temporary folder, with scripted workers and the engine's part played by hand. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { DirectSecp256k1Wallet, Registry, type EncodeObject } from '@cosmjs/proto-signing';
import { defaultRegistryTypes, SigningStargateClient } from '@cosmjs/stargate';
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { makeApp, type App, type AppOptions } from '../../../app/app.js';
import { appProtoFolder, codecOf } from '../../../app/client/codecs.js';
import { windlassRegistryTypes, typeUrlOf, type Action, type CapData, type KernelMessageName, type KernelStatus } from '../../../app/client/index.js';
import type { ExecTxResult, RequestFinalizeBlock, ResponseFinalizeBlock, ResponseQuery } from '../../../chain/abci/types.js';
import { addressPrefix, chainProtoFolder } from '../../../chain/index.js';
import { silentLog } from '../../support/chain-app.js';
import { bundleVat } from '../../support/kernel.js';
import { makePuppets, type Puppets } from './puppet.js';

export const chainId = 'windlass-audit';

export type Person = {
  readonly address: string;
  /** Signs with the sequence that the chain will expect next, and counts it on. */
  sign(messages: readonly EncodeObject[], gas?: string): Promise<Uint8Array>;
  /** The next sequence to sign with; a test sets it back to sign another tx in the place of one. */
  sequence: number;
};

export type TestAppOptions = Partial<Omit<AppOptions, 'data' | 'workers'>> & {
  /** Copied, so that the original stays as it is. */
  readonly dataFrom?: string;
  readonly puppets?: Puppets;
  /** app_state.kernel; the bundle of the puppet vat is added. */
  readonly kernelState?: Record<string, unknown>;
  /** Balances besides those of the four persons. */
  readonly balances?: readonly { readonly address: string; readonly coins: readonly { denom: string; amount: string }[] }[];
  readonly sendDisabled?: readonly string[];
  /** Further sections of app_state. */
  readonly moreState?: Record<string, unknown>;
  readonly initialHeight?: bigint;
  /** How often a delivery gives way to the event loop. */
  readonly yields?: number;
};

export type TestApp = {
  readonly app: App;
  readonly data: string;
  readonly puppets: Puppets;
  readonly people: readonly Person[];
  readonly bundleId: string;
  initChain(): Promise<void>;
  request(txs?: readonly Uint8Array[]): RequestFinalizeBlock;
  finalize(txs?: readonly Uint8Array[]): Promise<ResponseFinalizeBlock>;
  block(txs?: readonly Uint8Array[]): Promise<ResponseFinalizeBlock>;
  /** Signs, puts it alone into a block, and returns its result. */
  send(person: Person, messages: readonly EncodeObject[], gas?: string): Promise<ExecTxResult>;
  /** Sends one kernel message that must be accepted; returns the action's id. */
  act(person: Person, name: KernelMessageName, value: object): Promise<bigint>;
  /** Makes empty blocks until the action has an outcome, 20 at most. */
  outcome(id: bigint): Promise<Action>;
  action(id: bigint): Promise<Action | undefined>;
  status(): Promise<KernelStatus>;
  balance(address: string, denom?: string): Promise<bigint>;
  /** As the chain knows it: a tx that was refused before ante is not counted. */
  sequenceOf(person: Person): Promise<number>;
  query(path: string, data: Uint8Array): Promise<ResponseQuery>;
  ask<Response>(name: string, request: object, response?: string): Promise<Response>;
  close(): Promise<void>;
  /** Closes, and removes the folder. */
  end(): Promise<void>;
};

/** Opens an application; `initChain` is the caller's when the folder is new. */
export async function openTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { dataFrom, yields = 0, puppets = makePuppets(yields), kernelState = {}, balances = [], sendDisabled = [], moreState = {}, initialHeight = 1n, ...appOptions } = options;
  const data = mkdtempSync(join(tmpdir(), 'windlass-host-'));
  if (dataFrom !== undefined) cpSync(dataFrom, data, { recursive: true });
  const app = await makeApp({
    data, workers: puppets, protoFolders: [chainProtoFolder, appProtoFolder], version: '0.0.0-test', minGasPrices: [],
    pruning: 20, undoBlocks: 100n, maxVatsOnline: 50, log: silentLog, ...appOptions,
  }).catch((error: unknown) => {
    rmSync(data, { recursive: true, force: true });
    throw error;
  });
  const { bundleId, zip } = await bundleVat('counter');
  const people = await Promise.all(['ann', 'ben', 'cat', 'dan'].map(makePerson));
  const { application } = app;
  const next = (): bigint => (app.height === 0n ? initialHeight : app.height + 1n);
  const request = (txs: readonly Uint8Array[] = []): RequestFinalizeBlock => ({
    txs: [...txs], decidedLastCommit: undefined, misbehavior: [], hash: new Uint8Array(32), height: next(),
    time: { seconds: 1_700_000_000n + next() * 5n, nanos: 0 }, nextValidatorsHash: new Uint8Array(32), proposerAddress: new Uint8Array(20),
  });
  const appState = {
    auth: { accounts: people.map(({ address }, index) => ({ '@type': '/cosmos.auth.v1beta1.BaseAccount', address, pub_key: null, account_number: String(index), sequence: '0' })) },
    bank: {
      balances: [...people.map(({ address }) => ({ address, coins: [{ denom: 'ufoo', amount: '1000000' }, { denom: 'uwind', amount: '1000000000000000' }] })), ...balances],
      send_enabled: sendDisabled.map(denom => ({ denom, enabled: false })),
    },
    ...moreState,
    kernel: { ...kernelState, bundles: { [bundleId]: Buffer.from(zip).toString('base64'), ...(kernelState['bundles'] as object | undefined) } },
  };
  const finalize = (txs: readonly Uint8Array[] = []) => application.finalizeBlock(request(txs));
  const block = async (txs: readonly Uint8Array[] = []) => {
    const response = await finalize(txs);
    await application.commit();
    return response;
  };
  const send: TestApp['send'] = async (person, messages, gas) => {
    const { txResults } = await block([await person.sign(messages, gas)]);
    return txResults[0] as ExecTxResult;
  };
  const query: TestApp['query'] = (path, bytes) => application.query({ path, data: bytes, height: 0n, prove: false });
  const ask = async <Response>(name: string, message: object, response = name): Promise<Response> => {
    const answer = await query(`/windlass.kernel.v1.Query/${name}`, codecOf<object>(`windlass.kernel.v1.Query${response}Request`).encode(message));
    if (answer.code !== 0) throw new Error(answer.log);
    return codecOf<Response>(`windlass.kernel.v1.Query${response}Response`).decode(answer.value);
  };
  const action = async (id: bigint) => {
    const answer = await query('/windlass.kernel.v1.Query/Action', codecOf<object>('windlass.kernel.v1.QueryActionRequest').encode({ actionId: id }));
    return answer.code === 0 ? codecOf<Action>('windlass.kernel.v1.QueryActionResponse').decode(answer.value) : undefined;
  };
  const close = () => app.close();
  return {
    app, data, puppets, people, bundleId, request, finalize, block, send, query, ask, action, close,
    initChain: async () => {
      await application.initChain({
        time: { seconds: 1_700_000_000n, nanos: 0 }, chainId, validators: [], initialHeight,
        consensusParams: {
          block: { maxBytes: 22_020_096n, maxGas: -1n }, evidence: { maxAgeNumBlocks: 100_000n, maxAgeDuration: { seconds: 172_800n, nanos: 0 }, maxBytes: 1_048_576n },
          validator: { pubKeyTypes: ['ed25519'] }, version: { app: 0n }, abci: { voteExtensionsEnableHeight: 0n },
        },
        appStateBytes: Buffer.from(JSON.stringify(appState)),
      });
    },
    act: async (person, name, value) => {
      const result = await send(person, [msg(name, value)]);
      if (result.code !== 0) throw new Error(`${result.codespace}/${result.code} ${result.log}`);
      return actionIdsOf(result)[0] as bigint;
    },
    outcome: async id => {
      for (let tries = 0; tries < 20; tries += 1) {
        const known = await action(id);
        if (known && known.state >= 3) return known;
        await block();
      }
      throw new Error(`action ${id} has no outcome after 20 blocks`);
    },
    sequenceOf: async ({ address }) => {
      const { value } = await query('/cosmos.auth.v1beta1.Query/AccountInfo', codecOf<object>('cosmos.auth.v1beta1.QueryAccountInfoRequest').encode({ address }));
      return Number(codecOf<{ info: { sequence: bigint } | undefined }>('cosmos.auth.v1beta1.QueryAccountInfoResponse').decode(value).info?.sequence ?? 0n);
    },
    status: () => ask<KernelStatus>('Status', {}),
    balance: async (address, denom = 'uwind') => {
      const { code, value, log } = await query('/cosmos.bank.v1beta1.Query/Balance', codecOf<object>('cosmos.bank.v1beta1.QueryBalanceRequest').encode({ address, denom }));
      if (code !== 0) throw new Error(log);
      return BigInt(codecOf<{ balance: { amount: string } }>('cosmos.bank.v1beta1.QueryBalanceResponse').decode(value).balance.amount);
    },
    end: async () => {
      await close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** A new chain after InitChain. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const test = await openTestApp(options);
  await test.initChain();
  return test;
}

export const msg = (name: KernelMessageName, value: object): EncodeObject => ({ typeUrl: typeUrlOf(name), value });

/** Of every message of the tx that became an action. */
export function actionIdsOf({ data }: ExecTxResult): bigint[] {
  const { msgResponses } = codecOf<{ msgResponses: { typeUrl: string; value: Uint8Array }[] }>('cosmos.base.abci.v1beta1.TxMsgData').decode(data);
  return msgResponses
    .filter(({ typeUrl }) => typeUrl.endsWith('MsgActionResponse'))
    .map(({ value }) => codecOf<{ actionId: bigint }>('windlass.kernel.v1.MsgActionResponse').decode(value).actionId);
}

export const invoke = (sender: Person, target: string, method: string, args: CapData = { body: '#[]', slots: [] }, more: object = {}): EncodeObject =>
  msg('MsgInvoke', { sender: sender.address, target, method, args, saveAs: '', funds: [], ...more });

async function makePerson(name: string, index: number): Promise<Person> {
  const wallet = await DirectSecp256k1Wallet.fromKey(new Uint8Array(createHash('sha256').update(`host test ${name}`).digest()), addressPrefix);
  const client = await SigningStargateClient.offline(wallet, { registry: new Registry([...defaultRegistryTypes, ...windlassRegistryTypes]) });
  const [account] = await wallet.getAccounts();
  if (!account) throw new Error('a wallet has an account');
  const { address } = account;
  const person = {
    address,
    sequence: 0,
    sign: async (messages: readonly EncodeObject[], gas = '100000000000') => {
      const signed = await client.sign(address, messages, { amount: [{ denom: 'uwind', amount: '5000' }], gas }, '', { accountNumber: BigInt(index), sequence: person.sequence, chainId });
      person.sequence += 1;
      return TxRaw.encode(signed).finish();
    },
  };
  return person;
}
