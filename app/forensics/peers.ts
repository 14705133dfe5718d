/** Questions to the RPC of other nodes, bounded in time and size. What they answer is checked elsewhere. */

/** How a peer failed to answer; the message is for people. */
export class PeerSilent extends Error {
  override readonly name = 'PeerSilent';
}
/** It answered that it will not, or has nothing. */
export class PeerRefused extends Error {
  override readonly name = 'PeerRefused';
}

export type PeerRpc = {
  readonly url: string;
  /** `result` of a method. Rejects with PeerSilent or PeerRefused. */
  call(method: string, params?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Value of an ABCI query. Rejects with PeerSilent or PeerRefused. */
  query(path: string): Promise<Uint8Array>;
};

const timeoutMsDefault = 5000;
/** A crank's body of 1 MiB in base64 within JSON, and some more. */
const answerBytesMax = 4 * 1024 * 1024;

/** tcp://h:p is how CometBFT writes the same as http://h:p. */
export function makePeerRpc(address: string, timeoutMs: number = timeoutMsDefault): PeerRpc {
  const url = address.replace(/^tcp:\/\//, 'http://').replace(/\/+$/, '');
  const call = async (method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> => {
    const { result, error } = await post(url, { jsonrpc: '2.0', id: 1, method, params }, timeoutMs);
    if (result === undefined) throw new PeerRefused(typeof error?.data === 'string' ? error.data : (error?.message ?? 'it answers no result'));
    return result;
  };
  return {
    url, call,
    query: async path => {
      const { response } = (await call('abci_query', { path, data: '', prove: false })) as { readonly response?: { readonly code?: number; readonly log?: string; readonly value?: string | null } };
      if (!response) throw new PeerRefused('it answers no result');
      if ((response.code ?? 0) !== 0) throw new PeerRefused(response.log ?? `code ${response.code}`);
      return Buffer.from(response.value ?? '', 'base64');
    },
  };
}

type RpcAnswer = { readonly result?: unknown; readonly error?: { readonly message?: string; readonly data?: unknown } };

async function post(url: string, request: object, timeoutMs: number): Promise<RpcAnswer> {
  try {
    const reply = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request), signal: AbortSignal.timeout(timeoutMs) });
    return JSON.parse(await boundedText(reply)) as RpcAnswer;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new PeerSilent(code === undefined || typeof code === 'number' ? message : code, { cause: error });
  }
}

async function boundedText(reply: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of reply.body ?? []) {
    size += (part as Uint8Array).length;
    if (size > answerBytesMax) throw new Error(`an answer of more than ${answerBytesMax} bytes`);
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts).toString('utf8');
}
