/** Committed transactions by their hash, for GetTx. The engine keeps them; its RPC is asked, which both engines have. */
import type { CommittedTx, TxLookup } from '../chain/index.js';

type RpcEvent = { readonly type: string; readonly attributes: readonly { readonly key: string; readonly value: string | null; readonly index?: boolean }[] | null };
type RpcTx = {
  readonly height: string;
  readonly tx: string;
  readonly tx_result: {
    readonly code?: number; readonly data?: string | null; readonly log?: string; readonly info?: string; readonly codespace?: string;
    readonly gas_wanted?: string; readonly gas_used?: string; readonly events?: readonly RpcEvent[] | null;
  };
};
type RpcHeader = { readonly header: { readonly time: string } };
type RpcAnswer<T> = { readonly result?: T; readonly error?: { readonly message?: string; readonly data?: string } };

/** Longer than a lookup takes; queries behind it wait that long at most. */
const lookupMs = 5000;

/** `rpcUrl` answers undefined until the engine serves. What the engine does not know, or has pruned, is undefined; an engine that does not answer is an Error. */
export function makeTxLookup(rpcUrl: () => string | undefined): TxLookup {
  return async hash => {
    const url = rpcUrl();
    if (url === undefined) throw new Error('the engine does not serve its RPC yet');
    const tx = await ask<RpcTx>(url, `tx?hash=0x${hash}`);
    const header = tx && (await ask<RpcHeader>(url, `header?height=${tx.height}`));
    return tx && header && toCommittedTx(tx, header);
  };
}

async function ask<T>(url: string, path: string): Promise<T | undefined> {
  const response = await fetch(`${url}/${path}`, { signal: AbortSignal.timeout(lookupMs) });
  const { result, error } = (await response.json()) as RpcAnswer<T>;
  if (result !== undefined) return result;
  const reason = `${error?.message ?? ''}: ${error?.data ?? ''}`;
  if (/not found|is not available/.test(reason)) return undefined;
  throw new Error(`the engine does not answer /${path}: ${reason}`);
}

function toCommittedTx({ height, tx, tx_result: result }: RpcTx, { header }: RpcHeader): CommittedTx {
  return {
    bytes: fromBase64(tx),
    height: BigInt(height),
    time: { seconds: BigInt(Math.floor(Date.parse(header.time) / 1000)), nanos: nanosOf(header.time) },
    result: {
      code: result.code ?? 0, data: fromBase64(result.data ?? ''), log: result.log ?? '', info: result.info ?? '', codespace: result.codespace ?? '',
      gasWanted: BigInt(result.gas_wanted ?? 0), gasUsed: BigInt(result.gas_used ?? 0),
      events: (result.events ?? []).map(({ type, attributes }) => ({
        type, attributes: (attributes ?? []).map(({ key, value, index }) => ({ key, value: value ?? '', index: index === true })),
      })),
    },
  };
}

/** The digits of the fraction, which Date would cut to milliseconds. */
function nanosOf(time: string): number {
  return Number((/\.(\d{1,9})/.exec(time)?.[1] ?? '').padEnd(9, '0'));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}
