/** JSON-RPC to a node over connections that stay open. */
import { Agent, request } from 'node:http';
import { codecOf } from '../../app/client/codecs.js';
import type { KernelStatus } from '../../app/client/types.js';

const connections = 16;
/** CometBFT takes so many calls in one body. */
export const batchMax = 10;

type Answer<T> = { readonly result?: T; readonly error?: { readonly message: string; readonly data?: string } };
export type BroadcastAnswer = { readonly code: number; readonly log: string };
export type BlockFacts = { readonly height: number; readonly txs: number; readonly timeMs: number };

export class Rpc {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: connections });

  constructor(url: string) {
    this.#url = url;
  }

  close(): void {
    this.#agent.destroy();
  }

  async call<T>(method: string, params: object = {}): Promise<T> {
    return resultOf<T>(method, (await this.#post({ jsonrpc: '2.0', id: 1, method, params })) as Answer<T>);
  }

  async height(): Promise<number> {
    const { sync_info: info } = await this.call<{ sync_info: { latest_block_height: string } }>('status');
    return Number(info.latest_block_height);
  }

  async unconfirmed(): Promise<number> {
    return Number((await this.call<{ total: string }>('num_unconfirmed_txs')).total);
  }

  /** Up to batchMax txs, in their order, each answered after its CheckTx. */
  async broadcastSync(txs: readonly Uint8Array[]): Promise<BroadcastAnswer[]> {
    const calls = txs.map((tx, id) => ({ jsonrpc: '2.0', id, method: 'broadcast_tx_sync', params: { tx: Buffer.from(tx).toString('base64') } }));
    const answers = (await this.#post(calls)) as Answer<BroadcastAnswer>[];
    return answers.map(answer => resultOf('broadcast_tx_sync', answer));
  }

  /** Resolves when the tx is in a block. */
  async broadcastCommit(tx: Uint8Array): Promise<void> {
    const answer = await this.call<{ check_tx: { code: number; log: string }; tx_result: { code: number; log: string } }>('broadcast_tx_commit', { tx: Buffer.from(tx).toString('base64') });
    const refused = [answer.check_tx, answer.tx_result].find(({ code }) => code !== 0);
    if (refused) throw new Error(`a tx was refused: ${refused.code} ${refused.log}`);
  }

  async block(height: number): Promise<BlockFacts> {
    const { block } = await this.call<{ block: { header: { time: string }; data: { txs: readonly string[] | null } } }>('block', { height: String(height) });
    return { height, txs: block.data.txs?.length ?? 0, timeMs: Date.parse(block.header.time) };
  }

  /** The kernel as of the latest block; undefined before there is one. */
  async kernel(): Promise<KernelStatus | undefined> {
    const { response } = await this.call<{ response: { code: number; value: string | null } }>('abci_query', { path: '/windlass.kernel.v1.Query/Status', data: '' });
    if (response.code !== 0) return undefined;
    return codecOf<KernelStatus>('windlass.kernel.v1.QueryStatusResponse').decode(Buffer.from(response.value ?? '', 'base64'));
  }

  /** Actions that got their outcome in a block. */
  async outcomes(height: number): Promise<number> {
    type Event = { type: string; attributes: readonly { key: string; value: string }[] };
    const { finalize_block_events: events } = await this.call<{ finalize_block_events: readonly Event[] | null }>('block_results', { height: String(height) });
    return (events ?? []).filter(({ type, attributes }) => type === 'windlass.kernel.v1.EventAction' && attributes.some(({ key, value }) => key === 'state' && value === '"ACTION_STATE_FULFILLED"')).length;
  }

  #post(body: unknown): Promise<unknown> {
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(this.#url, { method: 'POST', agent: this.#agent, headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } }, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          try {
            resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
          } catch (error) {
            reject(new Error(`${this.#url} answered with what is no JSON`, { cause: error }));
          }
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }
}

function resultOf<T>(method: string, { result, error }: Answer<T>): T {
  if (result === undefined) throw new Error(`${method}: ${error?.message ?? 'no result'} ${error?.data ?? ''}`);
  return result;
}
