/** Fetches a file of another node, piece by piece, over the RPC of its CometBFT. Nothing of it is believed here: the name says what it must hold. */
import { blobQueryPath, pieceBytes } from './blob-query.js';

const requestMs = 15_000;
/** A piece in base64, and what stands around it. */
const answerBytesMax = 2 * pieceBytes;

/** The pieces of a file, of `bytesMax` bytes together at most. Rejects with an Error for people. `server` is http://host:port. */
export async function* piecesFromPeer(server: string, name: string, bytesMax: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for (let piece = 0; ; piece += 1) {
    const value = await askPiece(server, blobQueryPath(name, piece));
    bytes += value.length;
    if (bytes > bytesMax || value.length > pieceBytes) throw new Error(`${server} gives more bytes than the file has`);
    yield value;
    if (value.length < pieceBytes) return;
  }
}

async function askPiece(server: string, path: string): Promise<Uint8Array> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'abci_query', params: { path, data: '', height: '0', prove: false } });
  const response = await fetch(server, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: AbortSignal.timeout(requestMs) });
  const { result, error } = JSON.parse(await boundedText(response, server)) as { result?: { response?: { code?: number; log?: string; value?: string | null } }; error?: { message?: string } };
  if (!result?.response) throw new Error(`${server}: ${error?.message ?? `HTTP ${response.status}`}`);
  const { code = 0, log = '', value } = result.response;
  if (code !== 0) throw new Error(`${server}: ${log}`);
  return Buffer.from(value ?? '', 'base64');
}

async function boundedText(response: Response, server: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > answerBytesMax) throw new Error(`${server} gives an answer without end`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
