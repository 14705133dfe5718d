/** JSON-RPC to a node over HTTP POST, with answers kept as the node wrote them. */
import { CliFailure } from './failure.js';
import type { Io } from './io.js';

const timeoutMs = 30_000;

/** The node answered a query with a code that is not 0. */
export class NodeRefusal extends CliFailure {
  constructor(readonly codespace: string, readonly code: number, log: string) {
    super(`the node refused: ${log} (${codespace} ${code})`);
    this.name = 'NodeRefusal';
  }
}

export type NodeRpc = {
  readonly url: string;
  /** The `result` of a method, such as `status`. Throws CliFailure when the node is not there or answers an error. */
  call<T>(method: string, params?: Readonly<Record<string, unknown>>): Promise<T>;
  /** An ABCI query without proof at the latest height. Throws NodeRefusal. */
  queryAbci(path: string, request: Uint8Array): Promise<{ value: Uint8Array; height: number }>;
};

type RpcAnswer = { result?: unknown; error?: { code: number; message: string; data?: unknown } };
type AbciAnswer = { response: { code?: number; codespace?: string; log?: string; value?: string | null; height?: string } };

export function makeNodeRpc(url: string): NodeRpc {
  const call = async <T>(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<T> => {
    const answer = parseAnswer(url, await post(url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })));
    if (answer.error) throw new CliFailure(`the node at ${url} answered to ${method}: ${answer.error.message}${answer.error.data === undefined ? '' : `: ${typeof answer.error.data === 'string' ? answer.error.data : JSON.stringify(answer.error.data)}`}`);
    return answer.result as T;
  };
  return {
    url, call,
    queryAbci: async (path, request) => {
      const { response } = await call<AbciAnswer>('abci_query', { path, data: Buffer.from(request).toString('hex'), prove: false });
      if ((response.code ?? 0) !== 0) throw new NodeRefusal(response.codespace ?? '', response.code ?? 0, response.log ?? '');
      return { value: Uint8Array.from(Buffer.from(response.value ?? '', 'base64')), height: Number(response.height ?? '0') };
    },
  };
}

async function post(url: string, body: string): Promise<string> {
  try {
    const reply = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: AbortSignal.timeout(timeoutMs) });
    return await reply.text();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new CliFailure(`no node answers at ${url} (${cause instanceof Error ? (cause as NodeJS.ErrnoException).code ?? cause.message : String(cause)})`, {
      hint: 'Start one with: windlass start --dev. Or say where it is with --node.', cause: error,
    });
  }
}

function parseAnswer(url: string, text: string): RpcAnswer {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && ('result' in answer || 'error' in answer)) return answer as RpcAnswer;
  } catch (error) {
    throw notRpc(url, error);
  }
  throw notRpc(url);
}

function notRpc(url: string, cause?: unknown): CliFailure {
  return new CliFailure(`what answers at ${url} does not speak JSON-RPC`, { hint: 'The RPC port is 26657 by default; 1317 is REST and 9090 gRPC.', cause });
}

/** Asks again until `attempt` answers something. Throws what `late` makes when `seconds` are over. */
export async function pollUntil<T>(io: Io, seconds: number, attempt: () => Promise<T | undefined>, late: () => Error): Promise<T> {
  const deadline = io.now() + seconds * 1000;
  for (;;) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
    if (io.now() >= deadline) throw late();
    await io.sleep(Math.min(300, Math.max(1, deadline - io.now())));
  }
}
