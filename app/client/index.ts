/**
 * `windlass/client`: what an application needs beside @cosmjs/stargate to use the kernel of a Windlass chain.
 *
 * ```ts
 * import { GasPrice, SigningStargateClient, AminoTypes, createDefaultAminoConverters, defaultRegistryTypes } from '@cosmjs/stargate';
 * import { Registry } from '@cosmjs/proto-signing';
 * import { connectComet } from '@cosmjs/tendermint-rpc';
 * import * as windlass from 'windlass/client';
 *
 * const comet = await connectComet('http://127.0.0.1:26657');
 * const signing = SigningStargateClient.createWithSigner(comet, wallet, {
 *   registry: new Registry([...defaultRegistryTypes, ...windlass.windlassRegistryTypes]),
 *   aminoTypes: new AminoTypes({ ...createDefaultAminoConverters(), ...windlass.windlassAminoConverters }),
 *   gasPrice: GasPrice.fromString('0.025uwind'),
 * });
 * const value = { sender: address, target: 'counter', method: 'add', args: windlass.encodeArgs([5]), saveAs: '', funds: [] };
 * const sent = await signing.signAndBroadcast(address, [{ typeUrl: windlass.typeUrlOf('MsgInvoke'), value }], 'auto');
 * // Further questions: QueryClient.withExtensions(comet, windlass.setupKernelExtension).kernel.capabilities(address)
 * const outcome = await windlass.waitForOutcome(signing, windlass.actionIdOf(sent), { timeoutMs: 30_000 });
 * ```
 */
export { windlassRegistryTypes } from './registry.js';
export { windlassAminoConverters } from './amino.js';
export { setupKernelExtension, type KernelClient, type KernelExtension } from './queries.js';
export { kernelMessages, typeUrlOf, type KernelMessageName } from './messages.js';
export { actionIdOf, actionIdsOf, waitForOutcome, OutcomeTimeout, type Outcome, type TxAnswer } from './actions.js';
export { bundle, bundleChunks, chunkBytesMax, chunksToSend, installBundle, type BundleData, type InstallClient, type InstallProgress } from './bundles.js';
export { ArgsError, encodeArgs, encodeCapData } from './capdata.js';
export * from './types.js';
