/** Two applications that get the same blocks but for one transaction: what it changed is what their AppHashes tell apart. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { DirectSecp256k1Wallet, Registry, type EncodeObject } from '@cosmjs/proto-signing';
import { defaultRegistryTypes, SigningStargateClient } from '@cosmjs/stargate';
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import type { KernelMessageName } from '../../../app/client/index.js';
import { windlassRegistryTypes } from '../../../app/client/index.js';
import type { ExecTxResult } from '../../../chain/abci/types.js';
import { addressPrefix } from '../../../chain/index.js';
import { chainId, startTestApp, type TestApp, type TestAppOptions } from '../host/support.js';

export const personNames = ['ann', 'ben', 'cat', 'dan'] as const;
export type PersonName = (typeof personNames)[number];

export type Signing = { readonly sequence?: number; readonly chainId?: string; readonly accountNumber?: number; readonly gas?: string; readonly fee?: string };

export type Twins = {
  /** Gets the transactions under test. */
  readonly app: TestApp;
  addressOf(name: PersonName): string;
  /** Signs with the sequence that the chain expects now, unless told otherwise. */
  sign(name: PersonName, messages: readonly EncodeObject[], signing?: Signing): Promise<Uint8Array>;
  check(tx: Uint8Array): Promise<ExecTxResult>;
  /** The same block for both. */
  block(txs?: readonly Uint8Array[]): Promise<ExecTxResult[]>;
  /** One message that must be accepted, and its fulfilment, on both. */
  done(name: PersonName, message: KernelMessageName, value: object): Promise<bigint>;
  /** A block with the tx; the other gets an empty one. Both are the same afterwards: nothing at all was changed. */
  changesNothing(tx: Uint8Array): Promise<ExecTxResult>;
  /** A block with the tx; the other gets one of the same signer that fails in the bank. Both are the same: only fee and sequence were taken. */
  costsOnlyTheFee(name: PersonName, tx: Uint8Array): Promise<ExecTxResult>;
  end(): Promise<void>;
};

export async function makeTwins(options: TestAppOptions = {}): Promise<Twins> {
  const [app, other] = await Promise.all([startTestApp(options), startTestApp(options)]);
  const sequences = new Map<PersonName, number>();
  const sign: Twins['sign'] = (name, messages, signing = {}) => signedBy(name, messages, { sequence: sequences.get(name) ?? 0, ...signing });
  const used = (name: PersonName): void => { sequences.set(name, (sequences.get(name) ?? 0) + 1); };
  const both = async (txs: readonly Uint8Array[], otherTxs: readonly Uint8Array[]): Promise<ExecTxResult[]> => {
    const [mine, theirs] = await Promise.all([app.block(txs), other.block(otherTxs)]);
    assert.equal(Buffer.from(mine.appHash).toString('hex'), Buffer.from(theirs.appHash).toString('hex'), 'the AppHash');
    return mine.txResults;
  };
  const block: Twins['block'] = (txs = []) => both(txs, txs);
  const addressOf = (name: PersonName): string => app.people[personNames.indexOf(name)]?.address as string;
  const done: Twins['done'] = async (name, message, value) => {
    const tx = await sign(name, [{ typeUrl: `/windlass.kernel.v1.${message}`, value }]);
    used(name);
    const [result] = await block([tx]);
    assert.equal(result?.code, 0, result?.log);
    for (let tries = 0; tries < 10; tries += 1) await block();
    const status = await app.status();
    assert.deepEqual([status.actionQueueLength, status.runQueueLength], [0n, 0n], 'everything was done');
    return BigInt(/"(\d+)"/.exec(result?.events.find(({ type }) => type.endsWith('EventAction'))?.attributes[0]?.value ?? '')?.[1] ?? 0);
  };
  return {
    app, addressOf, sign, block, done,
    check: tx => app.app.application.checkTx({ tx, type: 0 }),
    changesNothing: async tx => (await both([tx], []))[0] as ExecTxResult,
    costsOnlyTheFee: async (name, tx) => {
      const failing = await sign(name, [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: addressOf(name), toAddress: addressOf(name), amount: [{ denom: 'uwind', amount: '9'.repeat(30) }] } }]);
      used(name);
      return (await both([tx], [failing]))[0] as ExecTxResult;
    },
    end: async () => { await Promise.all([app.end(), other.end()]); },
  };
}

async function signedBy(name: PersonName, messages: readonly EncodeObject[], signing: Signing): Promise<Uint8Array> {
  const wallet = await DirectSecp256k1Wallet.fromKey(new Uint8Array(createHash('sha256').update(`host test ${name}`).digest()), addressPrefix);
  const client = await SigningStargateClient.offline(wallet, { registry: new Registry([...defaultRegistryTypes, ...windlassRegistryTypes]) });
  const [account] = await wallet.getAccounts();
  const { sequence = 0, accountNumber = personNames.indexOf(name), gas = '100000000000', fee = '5000' } = signing;
  const data = { accountNumber: BigInt(accountNumber), sequence, chainId: signing.chainId ?? chainId };
  return TxRaw.encode(await client.sign(account?.address as string, messages, { amount: [{ denom: 'uwind', amount: fee }], gas }, '', data)).finish();
}

/** Whatever comes back to a stranger: one line, no stack, no path. */
export function assertPlain(text: string): void {
  assert.doesNotMatch(text, /[\r\n\u0000]|\bat .*:\d+:\d+|\.[jt]s\b|\/(home|root|work|tmp|usr)\/|node:|Error:/);
  assert.ok(text.length < 600, text);
}
