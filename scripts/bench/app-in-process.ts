/** The whole application over a database on disk, driven as an engine drives it, without one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeApp } from '../../app/app.js';
import type { Recorder } from '../../app/recorder/recorder.js';
import { emptyAppState } from '../../app/cli/home/genesis-state.js';
import { appProtoFolder } from '../../app/client/codecs.js';
import type { ExecTxResult, RequestFinalizeBlock, RequestInitChain } from '../../chain/abci/types.js';
import { chainProtoFolder, type Logger } from '../../chain/index.js';
import { makeXsnapWorkerFactory } from '../../kernel/index.js';
import { makeAccounts, signedTx, type BenchAccount, type Message } from './accounts.js';
import { withBenchContent } from './genesis.js';

export const inProcessChainId = 'windlass-bench';
const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export type MeasuredApp = {
  readonly accounts: readonly BenchAccount[];
  /** All at once, as a mempool asks. Rejects unless all are taken. */
  check(txs: readonly Uint8Array[]): Promise<void>;
  /** FinalizeBlock of the next height. Rejects unless all txs succeed. Answers how many actions got their outcome in it. */
  finalize(txs: readonly Uint8Array[]): Promise<number>;
  commit(): Promise<void>;
  close(): Promise<void>;
};

/** Who has sent how much: every tx needs the next sequence of its account. */
const sequences = new WeakMap<BenchAccount, number>();

/** The account's next tx, signed. */
export function nextTx(account: BenchAccount, message: Message): Uint8Array {
  const sequence = sequences.get(account) ?? 0;
  sequences.set(account, sequence + 1);
  return signedTx(account, sequence, inProcessChainId, message);
}

export type MeasuredAppOptions = {
  /** Where its data lie; default: where temporary files do. */
  readonly folder?: string;
  /** Parameters of the kernel, as genesis has them, that are not the default ones. */
  readonly kernelParams?: Readonly<Record<string, unknown>>;
  readonly recorder?: Recorder;
};

/** A chain after its first block, with funded accounts and `echoes` vats. */
export async function makeMeasuredApp(accountCount: number, echoes: number, { folder = tmpdir(), kernelParams = {}, recorder }: MeasuredAppOptions = {}): Promise<MeasuredApp> {
  const data = mkdtempSync(join(folder, 'windlass-bench-'));
  const app = await makeApp({
    data, protoFolders: [chainProtoFolder, appProtoFolder], workers: makeXsnapWorkerFactory(), version: 'bench',
    minGasPrices: [{ denom: 'uwind', amount: '0.025' }], pruning: 100, undoBlocks: 100n, maxVatsOnline: 50, log: quiet, ...(recorder ? { recorder } : {}),
  });
  const accounts = makeAccounts(accountCount, 0n);
  const { application } = app;
  await application.initChain(genesisRequest(await withBenchContent(emptyAppState(), accounts, echoes, kernelParams)));
  let height = 0n;
  const finalize = async (txs: readonly Uint8Array[]): Promise<number> => {
    height += 1n;
    const { txResults, events } = await application.finalizeBlock(blockRequest(height, txs));
    requireTaken(txResults);
    return events.filter(isOutcome).length;
  };
  const commit = async (): Promise<void> => {
    await application.commit();
  };
  await finalize([]);
  await commit();
  return {
    accounts, finalize, commit,
    check: async txs => requireTaken(await Promise.all(txs.map(tx => application.checkTx({ tx, type: 0 })))),
    close: async () => {
      await app.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function isOutcome({ type, attributes }: { type: string; attributes: readonly { key: string; value: string }[] }): boolean {
  return type === 'windlass.kernel.v1.EventAction' && attributes.some(({ key, value }) => key === 'state' && value === '"ACTION_STATE_FULFILLED"');
}

function requireTaken(results: readonly ExecTxResult[]): void {
  const refused = results.find(({ code }) => code !== 0);
  if (refused) throw new Error(`a tx was refused: ${refused.codespace}/${refused.code} ${refused.log}`);
}

function genesisRequest(appState: Record<string, unknown>): RequestInitChain {
  return {
    time: { seconds: 1_700_000_000n, nanos: 0 }, chainId: inProcessChainId, validators: [], initialHeight: 1n, appStateBytes: Buffer.from(JSON.stringify(appState)),
    consensusParams: {
      block: { maxBytes: 22_020_096n, maxGas: -1n }, evidence: { maxAgeNumBlocks: 100_000n, maxAgeDuration: { seconds: 172_800n, nanos: 0 }, maxBytes: 1_048_576n },
      validator: { pubKeyTypes: ['ed25519'] }, version: { app: 0n }, abci: { voteExtensionsEnableHeight: 0n },
    },
  };
}

function blockRequest(height: bigint, txs: readonly Uint8Array[]): RequestFinalizeBlock {
  return {
    txs: [...txs], decidedLastCommit: undefined, misbehavior: [], hash: new Uint8Array(32), height, time: { seconds: 1_700_000_000n + height, nanos: 0 },
    nextValidatorsHash: new Uint8Array(32), proposerAddress: new Uint8Array(20),
  };
}
