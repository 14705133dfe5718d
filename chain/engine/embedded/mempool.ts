/** Txs that wait for a block: first in, first out, each checked by the application when it comes and after every block. */
import { sha256 } from './merkle.js';
import type { AbciApplication, ConsensusParams, ExecTxResult, ResponseCheckTx } from '../../abci/types.js';

export type MempoolLimits = {
  /** Txs held at once. */
  readonly txsMax: number;
  /** Bytes of all of them. */
  readonly bytesMax: number;
  /** Bytes of one tx. */
  readonly txBytesMax: number;
  /** Hashes remembered, so that a tx comes in once. */
  readonly cacheMax: number;
};
/** CometBFT's defaults (config/config.go), but for the bytes of all txs, which stay below what one process should hold. */
export const mempoolDefaults: MempoolLimits = { txsMax: 5000, bytesMax: 256 * 1024 * 1024, txBytesMax: 1024 * 1024, cacheMax: 10_000 };

/** A tx is refused before the application sees it; the text is CometBFT's, which clients compare. */
export class MempoolError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'MempoolError';
  }
}

type Entry = { readonly tx: Uint8Array; readonly hash: string; readonly gasWanted: bigint };

export type Mempool = {
  readonly count: number;
  readonly bytes: number;
  /** The first `limit` txs. */
  first(limit: number): Uint8Array[];
  /**
   * Throws MempoolError at once, or gives the application's verdict; code 0 means that the tx now waits.
   * A rejection is the application's failure.
   */
  add(tx: Uint8Array): Promise<ResponseCheckTx>;
  /** Txs for a block in order, up to bytes as encoded in a block and gas; −1n is no limit. */
  reap(bytesMax: bigint, gasMax: bigint): Uint8Array[];
  /** Runs `commit` while no CheckTx is under way, then drops the block's txs and checks the rest again. */
  commit(commit: () => Promise<void>, txs: readonly Uint8Array[], results: readonly ExecTxResult[], params: ConsensusParams): Promise<void>;
};

const recheck = 1;
const hashOf = (tx: Uint8Array): string => Buffer.from(sha256(tx)).toString('hex');

/** Bytes of a tx within a block's data: a tag, its length as varint, itself. */
export function encodedTxBytes(tx: Uint8Array): number {
  let size = 2 + tx.length;
  for (let rest = tx.length; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

/** `onWaiting` is called when a tx was added, `gasMax` is block.max_gas of the genesis state. */
export function makeMempool(application: Pick<AbciApplication, 'checkTx'>, limits: MempoolLimits, gasMax: bigint, onWaiting: () => void): Mempool {
  const pool = new Map<string, Entry>();
  const cache = makeCache(limits.cacheMax);
  const gate = makeGate();
  let bytes = 0;
  let blockGasMax = gasMax;

  const remove = (hash: string): void => {
    const entry = pool.get(hash);
    if (!entry) return;
    pool.delete(hash);
    bytes -= entry.tx.length;
  };
  const checkRoom = (tx: Uint8Array): void => {
    if (tx.length > limits.txBytesMax) throw new MempoolError(`Tx too large. Max size is ${limits.txBytesMax}, but got ${tx.length}`);
    if (pool.size >= limits.txsMax || bytes + tx.length > limits.bytesMax) {
      throw new MempoolError(`mempool is full: number of txs ${pool.size} (max: ${limits.txsMax}), total txs bytes ${bytes} (max: ${limits.bytesMax})`);
    }
  };
  const tooMuchGas = (answer: ResponseCheckTx): boolean => blockGasMax >= 0n && answer.gasWanted > blockGasMax;

  const admit = async (tx: Uint8Array, hash: string): Promise<ResponseCheckTx> => {
    const answer = await gate.shared(() => application.checkTx({ tx, type: 0 }));
    if (answer.code !== 0 || tooMuchGas(answer)) {
      cache.delete(hash);
      return answer;
    }
    try {
      checkRoom(tx); // others may have come in while the application looked
    } catch (error) {
      cache.delete(hash);
      throw error;
    }
    pool.set(hash, { tx, hash, gasWanted: answer.gasWanted });
    bytes += tx.length;
    onWaiting();
    return answer;
  };

  return {
    get count() { return pool.size; },
    get bytes() { return bytes; },
    first: limit => [...pool.values()].slice(0, limit).map(({ tx }) => tx),
    add(tx) {
      checkRoom(tx);
      const hash = hashOf(tx);
      if (!cache.add(hash)) throw new MempoolError('tx already exists in cache');
      return admit(tx, hash);
    },
    reap(bytesMax, gasLimit) {
      const reaped: Uint8Array[] = [];
      let bytesSoFar = 0n;
      let gas = 0n;
      for (const { tx, gasWanted } of pool.values()) {
        bytesSoFar += BigInt(encodedTxBytes(tx));
        gas += gasWanted;
        if ((bytesMax >= 0n && bytesSoFar > bytesMax) || (gasLimit >= 0n && gas > gasLimit)) break;
        reaped.push(tx);
      }
      return reaped;
    },
    commit: (commit, txs, results, params) => gate.exclusive(async () => {
      await commit();
      blockGasMax = params.block?.maxGas ?? -1n;
      for (const [index, tx] of txs.entries()) {
        const hash = hashOf(tx);
        // A tx that succeeded must not come in again soon; one that failed may succeed later.
        if (results[index]?.code === 0) cache.add(hash);
        else cache.delete(hash);
        remove(hash);
      }
      for (const entry of [...pool.values()]) {
        const answer = await application.checkTx({ tx: entry.tx, type: recheck });
        if (answer.code === 0 && !tooMuchGas(answer)) continue;
        remove(entry.hash);
        cache.delete(entry.hash);
      }
    }),
  };
}

type Cache = { add(hash: string): boolean; delete(hash: string): void };

/** Remembers the latest hashes; the oldest is forgotten when there are too many. */
function makeCache(max: number): Cache {
  const hashes = new Set<string>();
  return {
    add(hash) {
      if (hashes.has(hash)) return false;
      hashes.add(hash);
      if (hashes.size > max) {
        const [oldest] = hashes;
        if (oldest !== undefined) hashes.delete(oldest);
      }
      return true;
    },
    delete: hash => void hashes.delete(hash),
  };
}

type Gate = { shared<T>(work: () => Promise<T>): Promise<T>; exclusive<T>(work: () => Promise<T>): Promise<T> };

/** Many shared pieces of work side by side, or a single exclusive one; an exclusive one that waits holds new ones back. */
function makeGate(): Gate {
  let closed: Promise<void> | undefined;
  const running = new Set<Promise<unknown>>();
  return {
    async shared(work) {
      while (closed) await closed;
      const task = work();
      running.add(task);
      try {
        return await task;
      } finally {
        running.delete(task);
      }
    },
    async exclusive(work) {
      while (closed) await closed;
      let open = (): void => {};
      closed = new Promise(resolve => { open = resolve; });
      try {
        await Promise.allSettled([...running]);
        return await work();
      } finally {
        closed = undefined;
        open();
      }
    },
  };
}
