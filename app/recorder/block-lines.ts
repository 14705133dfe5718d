/** What is recorded of a block, as the application is asked to execute it and as it ends. */
import { hash } from 'node:crypto';
import type { AbciApplication, RequestFinalizeBlock } from '../../chain/abci/types.js';
import type { PreparedVersion } from '../../chain/index.js';
import { UpgradeNeeded } from '../host/upgrade.js';
import type { LineOf } from './lines/index.js';
import type { Recorder } from './recorder.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export function blockBegin({ height, hash: blockHash, txs, time }: RequestFinalizeBlock): Omit<LineOf<'block-begin'>, 'type'> {
  const txsHash = hash('sha256', Buffer.concat(txs.map(tx => hash('sha256', tx, 'buffer'))), 'hex');
  return { height, hash: hex(blockHash), txs: txs.length, txsHash, blockTime: `${time.seconds}.${String(time.nanos).padStart(9, '0')}` };
}

export function blockEnd({ appHash, roots }: PreparedVersion, run: { readonly cranks: number; readonly computrons: bigint } | undefined): Omit<LineOf<'block-end'>, 'type' | 'height'> {
  return { appHash: hex(appHash), roots: Object.fromEntries([...roots].map(([name, root]) => [name, hex(root)])), cranks: run?.cranks ?? 0, computrons: run?.computrons ?? 0n };
}

/** The application, whose failures are recorded before the engine is told. That another release is needed is none, nor is the end of a node that stops. */
export function withPanics(application: AbciApplication, recorder: Recorder | undefined, isStopping: () => boolean): AbciApplication {
  if (!recorder) return application;
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UpgradeNeeded) && !isStopping()) recorder.panic(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
  return { ...application, finalizeBlock: request => guarded(() => application.finalizeBlock(request)), commit: () => guarded(() => application.commit()) };
}
