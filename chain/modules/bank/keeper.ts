import assert from 'node:assert/strict';
import { assertCoins, coinsText, type Coins } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import { refuse, refuseSdk } from '../../refusal.js';
import type { AuthKeeper } from '../auth/index.js';
import type { ModulePermission } from '../auth/index.js';
import type { Readable, Writable } from '../state.js';
import { balanceOf, balancesOf, changeSupply, give, supplyOf, take, totalSupply } from './ledger.js';
import { bankStore, metadataKey, paramsKey, sendEnabledKey } from './keys.js';

export type BankParams = { sendEnabled: { denom: string; enabled: boolean }[]; defaultSendEnabled: boolean };
export type DenomUnit = { denom: string; exponent: number; aliases: string[] };
export type DenomMetadata = {
  description: string; denomUnits: DenomUnit[]; base: string; display: string; name: string; symbol: string; uri: string; uriHash: string;
};

/**
 * Moves coins. Addresses are valid texts; coins are positive, sorted, without repeats (asserted: a message's coins go
 * through parseCoins first). Every move emits the SDK's events. Refusals: sdk/5 when a balance is too small.
 */
export type BankKeeper = {
  balance(state: Readable, address: string, denom: string): bigint;
  balances(state: Readable, address: string): Coins;
  supply(state: Readable, denom: string): bigint;
  totalSupply(state: Readable): Coins;
  /** Makes the recipient's account if there is none. Does not ask whether the recipient is blocked: messages do. */
  sendCoins(ctx: Context, from: string, to: string, coins: Coins): void;
  sendFromModule(ctx: Context, module: string, to: string, coins: Coins): void;
  sendToModule(ctx: Context, from: string, module: string, coins: Coins): void;
  sendBetweenModules(ctx: Context, from: string, to: string, coins: Coins): void;
  /** Into a module's keeping, as staking takes coins: no `transfer` is told. Refuses with sdk/5 in the words of staking. */
  delegateCoins(ctx: Context, delegator: string, module: string, coins: Coins): void;
  /** Out of it again. */
  undelegateCoins(ctx: Context, module: string, delegator: string, coins: Coins): void;
  /** One payer, several receivers, whose sum is `total`: the events of MsgMultiSend. */
  sendToMany(ctx: Context, from: string, total: Coins, outputs: readonly { readonly address: string; readonly coins: Coins }[]): void;
  /** Coins out of nothing, into the module's account, which must have permission `minter`. */
  mint(ctx: Context, module: string, coins: Coins): void;
  /** The module, with permission `burner`, destroys coins of its own. */
  burn(ctx: Context, module: string, coins: Coins): void;
  /** Whether messages may not send to the address: that of a module that does not take gifts. */
  isBlocked(address: string): boolean;
  /** Refuses with bank/5 when a denom may not be sent. */
  requireSendEnabled(state: Readable, coins: Coins): void;
  params(state: Readable): BankParams;
  setParams(state: Writable, params: BankParams): void;
  /** Undefined: as the default of the parameters says. */
  setSendEnabled(state: Writable, denom: string, enabled: boolean | undefined): void;
  metadata(state: Readable, denom: string): DenomMetadata | undefined;
  setMetadata(state: Writable, metadata: DenomMetadata): void;
};

export function makeBankKeeper(codecs: Codecs, auth: AuthKeeper): BankKeeper {
  const blocked = new Set(auth.moduleAccounts.filter(({ mayReceive }) => !mayReceive).map(({ name }) => auth.moduleAddress(name)));
  const sendCoins = (ctx: Context, from: string, to: string, coins: Coins): void => {
    spend(ctx, from, coins);
    receive(ctx, to, coins);
    if (!auth.hasAccount(ctx, to)) auth.createAccount(ctx, to);
    ctx.events.emit('transfer', [['recipient', to], ['sender', from], ['amount', coinsText(coins)]]);
    ctx.events.emit('message', [['sender', from]]);
  };
  const moduleWithAccount = (ctx: Context, name: string): string => auth.ensureModuleAccount(ctx, name).address;
  const requirePermission = (name: string, permission: ModulePermission): void => {
    const permissions = auth.moduleAccounts.find(spec => spec.name === name)?.permissions ?? [];
    assert(permissions.includes(permission), `module account ${name} has permission ${permission}`);
  };
  return {
    balance: balanceOf,
    balances: balancesOf,
    supply: supplyOf,
    totalSupply,
    sendCoins,
    sendFromModule: (ctx, module, to, coins) => sendCoins(ctx, auth.moduleAddress(module), to, coins),
    sendToModule: (ctx, from, module, coins) => sendCoins(ctx, from, moduleWithAccount(ctx, module), coins),
    sendBetweenModules: (ctx, from, to, coins) => sendCoins(ctx, auth.moduleAddress(from), moduleWithAccount(ctx, to), coins),
    delegateCoins: (ctx, delegator, module, coins) => {
      for (const { denom, amount } of coins) {
        const balance = balanceOf(ctx, delegator, denom);
        if (balance < amount) refuseSdk('insufficientFunds', `failed to delegate; ${balance}${denom} is smaller than ${coinsText(coins)}`);
      }
      spend(ctx, delegator, coins);
      receive(ctx, moduleWithAccount(ctx, module), coins);
    },
    undelegateCoins: (ctx, module, delegator, coins) => {
      spend(ctx, auth.moduleAddress(module), coins);
      receive(ctx, delegator, coins);
    },
    sendToMany: (ctx, from, total, outputs) => {
      spend(ctx, from, total);
      ctx.events.emit('message', [['sender', from]]);
      for (const { address, coins } of outputs) {
        receive(ctx, address, coins);
        ctx.events.emit('transfer', [['recipient', address], ['sender', from], ['amount', coinsText(coins)]]);
        if (!auth.hasAccount(ctx, address)) auth.createAccount(ctx, address);
      }
    },
    mint: (ctx, module, coins) => {
      requirePermission(module, 'minter');
      const minter = moduleWithAccount(ctx, module);
      receive(ctx, minter, coins);
      changeSupply(ctx, coins, 1n);
      ctx.events.emit('coinbase', [['minter', minter], ['amount', coinsText(coins)]]);
    },
    burn: (ctx, module, coins) => {
      requirePermission(module, 'burner');
      const burner = auth.moduleAddress(module);
      spend(ctx, burner, coins);
      changeSupply(ctx, coins, -1n);
      ctx.events.emit('burn', [['burner', burner], ['amount', coinsText(coins)]]);
    },
    isBlocked: address => blocked.has(address),
    ...settings(codecs),
  };
}

function spend(ctx: Context, spender: string, coins: Coins): void {
  assertCoins(coins);
  take(ctx, spender, coins);
  ctx.events.emit('coin_spent', [['spender', spender], ['amount', coinsText(coins)]]);
}

function receive(ctx: Context, receiver: string, coins: Coins): void {
  assertCoins(coins);
  give(ctx, receiver, coins);
  ctx.events.emit('coin_received', [['receiver', receiver], ['amount', coinsText(coins)]]);
}

type Settings = Pick<BankKeeper, 'requireSendEnabled' | 'params' | 'setParams' | 'setSendEnabled' | 'metadata' | 'setMetadata'>;

/** Parameters, switches and names of denoms. */
function settings(codecs: Codecs): Settings {
  const paramsCodec = codecs.of<BankParams>('cosmos.bank.v1beta1.Params');
  const metadataCodec = codecs.of<DenomMetadata>('cosmos.bank.v1beta1.Metadata');
  const params = (state: Readable): BankParams => {
    const bytes = state.store(bankStore).get(paramsKey);
    assert(bytes !== undefined, 'genesis stored the parameters of bank');
    return paramsCodec.decode(bytes);
  };
  const isEnabled = (state: Readable, denom: string): boolean => {
    const own = state.store(bankStore).get(sendEnabledKey(denom));
    return own ? own[0] === 1 : params(state).defaultSendEnabled;
  };
  return {
    params,
    setParams: (state, value) => state.store(bankStore).set(paramsKey, paramsCodec.encode(value)),
    setSendEnabled: (state, denom, enabled) => {
      if (enabled === undefined) state.store(bankStore).delete(sendEnabledKey(denom));
      else state.store(bankStore).set(sendEnabledKey(denom), Uint8Array.of(enabled ? 1 : 0));
    },
    requireSendEnabled: (state, coins) => {
      const off = coins.find(({ denom }) => !isEnabled(state, denom));
      if (off) refuse('bank', 5, `${off.denom} transfers are currently disabled: send transactions are disabled`);
    },
    metadata: (state, denom) => {
      const bytes = state.store(bankStore).get(metadataKey(denom));
      return bytes && metadataCodec.decode(bytes);
    },
    setMetadata: (state, metadata) => state.store(bankStore).set(metadataKey(metadata.base), metadataCodec.encode(metadata)),
  };
}
