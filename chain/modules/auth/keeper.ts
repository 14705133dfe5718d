import assert from 'node:assert/strict';
import { uint64Bytes, uint64Of } from '../../bytes.js';
import type { Codecs } from '../../codec/index.js';
import { addressBytes, addressText, moduleAddress } from '../../crypto/address.js';
import { decodedOnce } from '../../decoded-once.js';
import type { Readable, Writable } from '../state.js';
import { makeAccountCodec, type Account, type AccountCodec } from './account.js';
import { accountKey, authStore, nextAccountNumberKey, paramsKey } from './keys.js';

export type AuthParams = {
  maxMemoCharacters: bigint; txSigLimit: bigint; txSizeCostPerByte: bigint; sigVerifyCostEd25519: bigint; sigVerifyCostSecp256k1: bigint;
};

export const authParamsDefault: AuthParams = {
  maxMemoCharacters: 256n, txSigLimit: 7n, txSizeCostPerByte: 10n, sigVerifyCostEd25519: 590n, sigVerifyCostSecp256k1: 1000n,
};

/** What the SDK says of parameters that no chain could work with. */
export function faultOfAuthParams(params: AuthParams): string | undefined {
  if (params.txSigLimit === 0n) return 'invalid tx signature limit: 0';
  if (params.sigVerifyCostEd25519 === 0n) return 'invalid ED25519 signature verification cost: 0';
  if (params.sigVerifyCostSecp256k1 === 0n) return 'invalid SECK256k1 signature verification cost: 0';
  if (params.maxMemoCharacters === 0n) return 'invalid max memo characters: 0';
  if (params.txSizeCostPerByte === 0n) return 'invalid tx size cost per byte: 0';
  return faultOfCosts(params);
}

/** Gas. At these costs a proposal and its votes still fit into the smallest block that consensus parameters allow. */
const [byteCostMax, signatureCostMax] = [100n, 100_000n];

/** The SDK has no such bounds: costs that no tx can pay could not be taken back. */
function faultOfCosts({ txSizeCostPerByte, sigVerifyCostEd25519, sigVerifyCostSecp256k1 }: AuthParams): string | undefined {
  if (txSizeCostPerByte > byteCostMax) return `tx size cost per byte is too large: ${txSizeCostPerByte} > ${byteCostMax}`;
  if (sigVerifyCostEd25519 > signatureCostMax) return `ED25519 signature verification cost is too large: ${sigVerifyCostEd25519} > ${signatureCostMax}`;
  return sigVerifyCostSecp256k1 > signatureCostMax ? `SECK256k1 signature verification cost is too large: ${sigVerifyCostSecp256k1} > ${signatureCostMax}` : undefined;
}

export type ModulePermission = 'minter' | 'burner' | 'staking';
export type ModuleAccountSpec = {
  readonly name: string;
  readonly permissions: readonly ModulePermission[];
  /** Whether anybody may send coins to it with a message; false blocks its address. */
  readonly mayReceive: boolean;
};

/** Where fees go. It exists in every chain. */
export const feeCollector: ModuleAccountSpec = { name: 'fee_collector', permissions: [], mayReceive: false };

export type AuthKeeper = {
  readonly accountCodec: AccountCodec;
  readonly moduleAccounts: readonly ModuleAccountSpec[];
  params(state: Readable): AuthParams;
  setParams(state: Writable, params: AuthParams): void;
  /** `address` must be a valid address. */
  account(state: Readable, address: string): Account | undefined;
  hasAccount(state: Readable, address: string): boolean;
  setAccount(state: Writable, account: Account): void;
  /** Makes and stores a BaseAccount with the next free number; there must be none yet. */
  createAccount(state: Writable, address: string): Account;
  /** The number the next account will get. */
  nextAccountNumber(state: Readable): bigint;
  setNextAccountNumber(state: Writable, number: bigint): void;
  /** Asserts that the host declared the module. */
  moduleAddress(name: string): string;
  /** The module's account, made when it does not exist yet. */
  ensureModuleAccount(state: Writable, name: string): Account;
};

/** `moduleAccounts` are those of the host; fee_collector is added when it is not among them. */
export function makeAuthKeeper(codecs: Codecs, moduleAccounts: readonly ModuleAccountSpec[]): AuthKeeper {
  const specs = moduleAccounts.some(({ name }) => name === feeCollector.name) ? moduleAccounts : [feeCollector, ...moduleAccounts];
  const addressOf = new Map(specs.map(({ name }) => [name, addressText(moduleAddress(name))]));
  const accountCodec = makeAccountCodec(codecs);
  const paramsCodec = codecs.of<AuthParams>('cosmos.auth.v1beta1.Params');
  const decodeParams = decodedOnce(bytes => paramsCodec.decode(bytes), 4);

  const account = (state: Readable, address: string): Account | undefined => {
    const bytes = state.store(authStore).get(accountKey(addressBytes(address)));
    return bytes && accountCodec.decode(bytes);
  };
  const setAccount = (state: Writable, value: Account): void =>
    state.store(authStore).set(accountKey(addressBytes(value.address)), accountCodec.encode(value));
  const nextAccountNumber = (state: Readable): bigint => {
    const bytes = state.store(authStore).get(nextAccountNumberKey);
    return bytes ? uint64Of(bytes) : 0n;
  };
  const setNextAccountNumber = (state: Writable, number: bigint): void => state.store(authStore).set(nextAccountNumberKey, uint64Bytes(number));
  const addAccount = (state: Writable, address: string, module: Account['module']): Account => {
    const accountNumber = nextAccountNumber(state);
    const made: Account = { address, pubKey: undefined, accountNumber, sequence: 0n, module };
    setNextAccountNumber(state, accountNumber + 1n);
    setAccount(state, made);
    return made;
  };
  const addressOfModule = (name: string): string => {
    const address = addressOf.get(name);
    assert(address !== undefined, `module account ${name} is declared`);
    return address;
  };
  return {
    accountCodec,
    moduleAccounts: specs,
    params: state => storedParams(state, decodeParams),
    setParams: (state, params) => state.store(authStore).set(paramsKey, paramsCodec.encode(params)),
    account,
    hasAccount: (state, address) => state.store(authStore).has(accountKey(addressBytes(address))),
    setAccount,
    createAccount: (state, address) => addAccount(state, address, undefined),
    nextAccountNumber,
    setNextAccountNumber,
    moduleAddress: addressOfModule,
    ensureModuleAccount: (state, name) => {
      const address = addressOfModule(name);
      const permissions = (specs.find(spec => spec.name === name) as ModuleAccountSpec).permissions;
      return account(state, address) ?? addAccount(state, address, { name, permissions });
    },
  };
}

function storedParams(state: Readable, decode: (bytes: Uint8Array) => AuthParams): AuthParams {
  const bytes = state.store(authStore).get(paramsKey);
  assert(bytes !== undefined, 'genesis stored the parameters of auth');
  return decode(bytes);
}
