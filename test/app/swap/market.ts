/** A real node with two denoms, accounts that sign with cosmjs, and a look at every coin of every height. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectSecp256k1HdWallet, Registry, type EncodeObject } from '@cosmjs/proto-signing';
import { stringToPath } from '@cosmjs/crypto';
import { defaultRegistryTypes, GasPrice, QueryClient, SigningStargateClient, type DeliverTxResponse } from '@cosmjs/stargate';
import { connectComet, type CometClient } from '@cosmjs/tendermint-rpc';
import { QueryAllBalancesRequest, QueryAllBalancesResponse, QueryTotalSupplyRequest, QueryTotalSupplyResponse } from 'cosmjs-types/cosmos/bank/v1beta1/query';
import { addressPrefix, addressText, moduleAddress } from '../../../chain/index.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { devDefaults } from '../../../config/node.js';
import * as windlass from '../../../app/client/index.js';
import type { GenesisDoc } from '../../../chain/engine/types.js';
import { makeDevHome, startTestNode, type EngineName, type TestNode } from '../../support/node.js';

/** The other denom, of which dev0 to dev9 have a million each. */
export const bolt = 'ubolt';
export const wind = 'uwind';
const boltEach = '1000000';
const outcomeMs = 90_000;

export type Trader = {
  readonly address: string;
  send(name: windlass.KernelMessageName, value: object): Promise<windlass.Outcome>;
  /** All in one transaction, so in one block; outcomes in their order. */
  sendTogether(messages: readonly EncodeObject[]): Promise<readonly windlass.Outcome[]>;
  message(target: string, method: string, args: readonly unknown[], funds?: readonly windlass.Coin[]): EncodeObject;
  /** Asserts that it is fulfilled, or rejected where `refused` is said. The answer is the body of the result. */
  invoke(target: string, method: string, args: readonly unknown[], options?: InvokeOptions): Promise<Answer>;
};
export type InvokeOptions = { readonly funds?: readonly windlass.Coin[]; readonly refused?: boolean };
export type Answer = { readonly body: string; readonly height: bigint };

export type Market = {
  readonly node: TestNode;
  readonly traders: readonly Trader[];
  readonly kernel: windlass.KernelExtension['kernel'];
  install(trader: Trader, file: string): Promise<string>;
  create(trader: Trader, file: string, saveAs: string): Promise<string>;
  balance(address: string, denom: string, height?: bigint): Promise<bigint>;
  /** What the kernel's module account has of the denom. */
  inKernel(denom: string, height?: bigint): Promise<bigint>;
  /** Seconds, of the latest block. */
  now(): Promise<bigint>;
  /** At every height from the first to the latest, accounts and modules together have exactly the supply. Answers how many were looked at. */
  assertEveryCoinIsAccountedFor(): Promise<number>;
  close(): Promise<void>;
};

/** Adds the second denom to every account of a genesis. */
function addBolts({ app_state: appState }: GenesisDoc): void {
  const { bank } = appState as { bank: { balances: { coins: windlass.Coin[] }[]; supply: windlass.Coin[] } };
  for (const balance of bank.balances) balance.coins.unshift({ denom: bolt, amount: boltEach });
  bank.supply.unshift({ denom: bolt, amount: String(BigInt(boltEach) * BigInt(bank.balances.length)) });
}

/** `changeGenesis` comes after the second denom was added. */
export async function openMarket(engine: EngineName, changeGenesis: (doc: GenesisDoc) => void = () => undefined): Promise<Market> {
  const home = await makeDevHome(engine, doc => {
    addBolts(doc);
    changeGenesis(doc);
  });
  keepEveryHeight(home);
  const close = (node?: TestNode): Promise<void> => (node?.dispose() ?? Promise.resolve()).finally(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  let node: TestNode | undefined;
  try {
    node = await startTestNode({ engine, home, blockTime: '200ms' });
    const comet = await connectComet(node.rpcUrl);
    const traders = await Promise.all([0, 1, 2, 3].map(index => openTrader(comet, index)));
    const clients = new Map(traders.map(({ trader, client }) => [trader.address, client]));
    const opened = node;
    return makeMarket(node, comet, traders.map(({ trader }) => trader), clients, () => close(opened));
  } catch (error) {
    await close(node);
    throw error;
  }
}

function keepEveryHeight(home: string): void {
  const path = join(home, 'config', 'app.toml');
  const text = readFileSync(path, 'utf8');
  const changed = text.replace(/^pruning = .*$/m, 'pruning = "nothing"');
  assert.notEqual(changed, text, 'app.toml says how many heights are kept');
  writeFileSync(path, changed);
}

async function openTrader(comet: CometClient, index: number): Promise<{ trader: Trader; client: SigningStargateClient }> {
  const wallet = await DirectSecp256k1HdWallet.fromMnemonic(devDefaults.mnemonic, { prefix: addressPrefix, hdPaths: [stringToPath(`m/44'/118'/0'/0/${index}`)] });
  const [account] = await wallet.getAccounts();
  assert(account);
  const client = SigningStargateClient.createWithSigner(comet, wallet, {
    registry: new Registry([...defaultRegistryTypes, ...windlass.windlassRegistryTypes]), gasPrice: GasPrice.fromString('0.025uwind'), broadcastPollIntervalMs: 100,
  });
  const { address } = account;
  const sendTogether: Trader['sendTogether'] = async messages => {
    const sent: DeliverTxResponse = await client.signAndBroadcast(address, messages, 'auto');
    return Promise.all(windlass.actionIdsOf(sent).map(id => windlass.waitForOutcome(client, id, { timeoutMs: outcomeMs })));
  };
  const send: Trader['send'] = async (name, value) => {
    const [outcome] = await sendTogether([{ typeUrl: windlass.typeUrlOf(name), value }]);
    assert(outcome, `${name} queues an action`);
    return outcome;
  };
  const message: Trader['message'] = (target, method, args, funds = []) => (
    { typeUrl: windlass.typeUrlOf('MsgInvoke'), value: { sender: address, target, method, args: windlass.encodeArgs(args), saveAs: '', funds } }
  );
  const invoke: Trader['invoke'] = async (target, method, args, { funds = [], refused = false } = {}) => {
    const [outcome] = await sendTogether([message(target, method, args, funds)]);
    const body = outcome?.result?.body ?? '';
    assert.equal(outcome?.state, refused ? 'rejected' : 'fulfilled', `${method}: ${body}`);
    return { body, height: outcome.settledHeight };
  };
  return { trader: { address, send, sendTogether, message, invoke }, client };
}

function makeMarket(node: TestNode, comet: CometClient, traders: readonly Trader[], clients: ReadonlyMap<string, SigningStargateClient>, close: () => Promise<void>): Market {
  const queries = QueryClient.withExtensions(comet, windlass.setupKernelExtension);
  const modules = ['kernel', 'fee_collector', 'distribution', 'bonded_tokens_pool', 'not_bonded_tokens_pool', 'gov'].map(name => addressText(moduleAddress(name)));
  const coinsOf = async (address: string, height?: bigint): Promise<readonly windlass.Coin[]> => {
    const data = QueryAllBalancesRequest.encode(QueryAllBalancesRequest.fromPartial({ address })).finish();
    const { value } = await queries.queryAbci('/cosmos.bank.v1beta1.Query/AllBalances', data, height === undefined ? undefined : Number(height));
    return QueryAllBalancesResponse.decode(value).balances;
  };
  const balance: Market['balance'] = async (address, denom, height) => BigInt((await coinsOf(address, height)).find(coin => coin.denom === denom)?.amount ?? 0);
  const install: Market['install'] = async (trader, file) => {
    const client = clients.get(trader.address);
    assert(client);
    const made = await windlass.bundle(join(packageRoot, 'test', 'vats', file));
    await windlass.installBundle(client, trader.address, made, 'auto');
    return made.bundleId;
  };
  let looked = 0n;
  return {
    node, traders, install, balance,
    kernel: queries.kernel,
    create: async (trader, file, saveAs) => {
      const bundleId = await install(trader, file);
      const parameters = windlass.encodeCapData({ bank: { $cap: 'home.bank' }, timer: { $cap: 'home.timer' } });
      const outcome = await trader.send('MsgCreateVat', { owner: trader.address, bundleId, label: saveAs, parameters, saveAs });
      assert.equal(outcome.state, 'fulfilled', outcome.result?.body);
      const { capabilities } = await queries.kernel.capabilities(trader.address);
      const vatId = capabilities.find(({ name }) => name === saveAs)?.ownerVatId;
      assert(vatId, `${saveAs} was not filed`);
      return vatId;
    },
    inKernel: (denom, height) => balance(modules[0] as string, denom, height),
    now: async () => BigInt(Math.floor((await comet.block()).block.header.time.getTime() / 1000)),
    assertEveryCoinIsAccountedFor: async () => {
      const holders = [...genesisAddresses(node.home), ...modules];
      const latest = await node.height();
      const first = looked + 1n;
      for (let height = first; height <= latest; height += 1n) await assertSum(height, holders);
      looked = latest;
      return Number(latest - first + 1n);
    },
    close,
  };

  async function assertSum(height: bigint, holders: readonly string[]): Promise<void> {
    const data = QueryTotalSupplyRequest.encode(QueryTotalSupplyRequest.fromPartial({})).finish();
    const { supply } = QueryTotalSupplyResponse.decode((await queries.queryAbci('/cosmos.bank.v1beta1.Query/TotalSupply', data, Number(height))).value);
    const held = await Promise.all(holders.map(address => coinsOf(address, height)));
    for (const { denom, amount } of supply) {
      const sum = held.flat().reduce((total, coin) => (coin.denom === denom ? total + BigInt(coin.amount) : total), 0n);
      assert.equal(sum, BigInt(amount), `at height ${height}, accounts and modules have ${sum}${denom} of ${amount}`);
    }
    assert.deepEqual(supply.map(({ denom }) => denom), [bolt, wind]);
  }
}

function genesisAddresses(home: string): string[] {
  const { app_state: appState } = JSON.parse(readFileSync(join(home, 'config', 'genesis.json'), 'utf8')) as { app_state: { bank: { balances: { address: string }[] } } };
  return appState.bank.balances.map(({ address }) => address);
}
