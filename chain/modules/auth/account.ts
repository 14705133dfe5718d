/** Accounts as values, and their form in the store: an Any around BaseAccount or ModuleAccount. */
import assert from 'node:assert/strict';
import type { Codecs } from '../../codec/index.js';
import type { Any } from '../../crypto/public-key.js';
import { decodedOnce } from '../../decoded-once.js';

export type Account = {
  readonly address: string;
  /** The key's canonical Any, once the account has signed. */
  readonly pubKey: Any | undefined;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  /** Set for an account that a module owns and nobody signs for. */
  readonly module: { readonly name: string; readonly permissions: readonly string[] } | undefined;
};

export type WireBaseAccount = { address: string; pubKey: Any | undefined; accountNumber: bigint; sequence: bigint };
type WireModuleAccount = { baseAccount: WireBaseAccount | undefined; name: string; permissions: string[] };

export type AccountCodec = {
  toAny(account: Account): Any;
  /** Undefined when the Any is neither type. Throws CodecError when its bytes are not one. */
  fromAny(any: Any): Account | undefined;
  encode(account: Account): Uint8Array;
  /** For bytes of our own store. The account is shared by all who read the same bytes. */
  decode(bytes: Uint8Array): Account;
};

/** A block's worth of senders and receivers. */
const decodedAccountsMax = 10_000;

export function makeAccountCodec(codecs: Codecs): AccountCodec {
  const any = codecs.of<Any>('google.protobuf.Any');
  const base = codecs.of<WireBaseAccount>('cosmos.auth.v1beta1.BaseAccount');
  const module = codecs.of<WireModuleAccount>('cosmos.auth.v1beta1.ModuleAccount');

  const toAny = (account: Account): Any => {
    if (!account.module) return { typeUrl: base.typeUrl, value: base.encode(baseOf(account)) };
    const { name, permissions } = account.module;
    return { typeUrl: module.typeUrl, value: module.encode({ baseAccount: baseOf(account), name, permissions: [...permissions] }) };
  };
  const fromAny = ({ typeUrl, value }: Any): Account | undefined => {
    if (typeUrl === base.typeUrl) return { ...base.decode(value, 'refuse'), module: undefined };
    if (typeUrl !== module.typeUrl) return undefined;
    const { baseAccount, name, permissions } = module.decode(value, 'refuse');
    return baseAccount && { ...baseAccount, module: { name, permissions } };
  };
  return {
    toAny,
    fromAny,
    encode: account => any.encode(toAny(account)),
    decode: decodedOnce(bytes => {
      const account = fromAny(any.decode(bytes));
      assert(account !== undefined, 'a stored account is a BaseAccount or a ModuleAccount');
      return account;
    }, decodedAccountsMax),
  };
}

export function baseOf({ address, pubKey, accountNumber, sequence }: Account): WireBaseAccount {
  return { address, pubKey, accountNumber, sequence };
}
