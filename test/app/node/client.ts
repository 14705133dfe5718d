/** What strangers hold in their hands: cosmjs as it is published, with the kernel's types added to its registry. */
import { Secp256k1HdWallet } from '@cosmjs/amino';
import { stringToPath } from '@cosmjs/crypto';
import { DirectSecp256k1HdWallet, Registry, type EncodeObject, type OfflineSigner } from '@cosmjs/proto-signing';
import { AminoTypes, createDefaultAminoConverters, defaultRegistryTypes, GasPrice, QueryClient, SigningStargateClient, type DeliverTxResponse } from '@cosmjs/stargate';
import { connectComet, type CometClient } from '@cosmjs/tendermint-rpc';
import { devDefaults } from '../../../config/node.js';
import {
  actionIdOf, setupKernelExtension, typeUrlOf, waitForOutcome, windlassAminoConverters, windlassRegistryTypes,
  type KernelExtension, type KernelMessageName, type Outcome,
} from '../../../app/client/index.js';

export type Stranger = {
  readonly address: string;
  readonly client: SigningStargateClient;
  readonly comet: CometClient;
  readonly kernel: KernelExtension['kernel'];
  /** Signs and broadcasts one kernel message; throws when the tx is refused. */
  sendKernel(name: KernelMessageName, value: object): Promise<DeliverTxResponse>;
  /** The same, and waits for what becomes of the action. */
  outcomeOf(name: KernelMessageName, value: object): Promise<Outcome>;
};

export const gasPrice = '0.025uwind';
export const outcomeMs = 120_000;

/** The account dev<index> at a node. `mode` is how it signs. */
export async function connectStranger(rpcUrl: string, index: number, mode: 'direct' | 'amino' = 'direct'): Promise<Stranger> {
  return strangerWith(rpcUrl, await devWallet(index, mode));
}

export async function devWallet(index: number, mode: 'direct' | 'amino' = 'direct'): Promise<OfflineSigner> {
  const options = { prefix: 'windlass', hdPaths: [stringToPath(`m/44'/118'/0'/0/${index}`)] };
  return mode === 'direct' ? DirectSecp256k1HdWallet.fromMnemonic(devDefaults.mnemonic, options) : Secp256k1HdWallet.fromMnemonic(devDefaults.mnemonic, options);
}

async function strangerWith(rpcUrl: string, signer: OfflineSigner): Promise<Stranger> {
  const comet = await connectComet(rpcUrl);
  const client = SigningStargateClient.createWithSigner(comet, signer, {
    registry: new Registry([...defaultRegistryTypes, ...windlassRegistryTypes]),
    aminoTypes: new AminoTypes({ ...createDefaultAminoConverters(), ...windlassAminoConverters }),
    gasPrice: GasPrice.fromString(gasPrice),
    broadcastPollIntervalMs: 150,
    broadcastTimeoutMs: 120_000,
  });
  const { kernel } = QueryClient.withExtensions(comet, setupKernelExtension);
  const address = (await signer.getAccounts())[0]?.address as string;
  const sendKernel: Stranger['sendKernel'] = async (name, value) => {
    const sent = await client.signAndBroadcast(address, [kernelMsg(name, value)], 'auto');
    if (sent.code !== 0) throw new Error(`${name} was refused with code ${sent.code}: ${sent.rawLog ?? ''}`);
    return sent;
  };
  return {
    address, client, comet, kernel, sendKernel,
    outcomeOf: async (name, value) => waitForOutcome(client, actionIdOf(await sendKernel(name, value)), { timeoutMs: outcomeMs }),
  };
}

export function kernelMsg(name: KernelMessageName, value: object): EncodeObject {
  return { typeUrl: typeUrlOf(name), value };
}

export function bankSend(fromAddress: string, toAddress: string, amount: string): EncodeObject {
  return { typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress, toAddress, amount: [{ denom: 'uwind', amount }] } };
}
