/** Rows of a running node, read over its control socket. */
import { statSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { controlVersion, type ControlHead, type ControlLine, type PromisesRequest, type RowsRequest, type SaveRequest, type WorkersRequest } from './protocol.js';
import type { WorkersReport } from '../host-db/workers-report.js';

export type ReadRow = readonly [key: string, value: Uint8Array];

export type RowAnswer = {
  /** Undefined before the first block. */
  readonly height: bigint | undefined;
  readonly rows: AsyncIterable<ReadRow>;
};

/** The node answered what it should not, or stopped answering. */
export class ControlFailure extends Error {
  override readonly name = 'ControlFailure';
}

/** Asks the node at the socket; undefined when nobody answers there. Rejects with ControlFailure. */
export function askRows(path: string, ranges: RowsRequest['ranges']): Promise<RowAnswer | undefined> {
  return askForRows(path, { version: controlVersion, method: 'rows', ranges });
}

/** The rows that a search for leaked promises reads; undefined when nobody answers there. Rejects with ControlFailure. */
export function askPromiseRows(path: string): Promise<RowAnswer | undefined> {
  return askForRows(path, { version: controlVersion, method: 'promises' });
}

async function askForRows(path: string, request: RowsRequest | PromisesRequest): Promise<RowAnswer | undefined> {
  const asked = await ask(path, request);
  if (!asked) return undefined;
  const { head, lines, socket } = asked;
  if (!('height' in head)) throw refusalIn(head);
  if (head.version !== controlVersion) throw new ControlFailure(`the node speaks version ${head.version} of the control protocol, and this command ${controlVersion}: use the windlass of its release`);
  return { height: heightOf(head), rows: rowsOf(lines, socket) };
}

/** What the node at the socket knows of its workers; undefined when nobody answers there. Rejects with ControlFailure. */
export async function askWorkers(path: string): Promise<WorkersReport | undefined> {
  const asked = await ask(path, { version: controlVersion, method: 'workers' } satisfies WorkersRequest);
  if (!asked) return undefined;
  asked.socket.destroy();
  if (!('workers' in asked.head)) throw refusalIn(asked.head);
  return asked.head.workers;
}

/** Has the node at the socket save what it knows of its last block: the id of the bundle; undefined when nobody answers there. Rejects with ControlFailure. */
export async function askToSave(path: string, reason: string): Promise<string | undefined> {
  const asked = await ask(path, { version: controlVersion, method: 'save', reason } satisfies SaveRequest);
  if (!asked) return undefined;
  asked.socket.destroy();
  if (!('saved' in asked.head)) throw refusalIn(asked.head);
  return asked.head.saved;
}

/** Sends a request and waits for the first line of its answer. */
async function ask(path: string, request: RowsRequest | PromisesRequest | WorkersRequest | SaveRequest): Promise<{ readonly head: ControlLine; readonly lines: AsyncGenerator<ControlLine>; readonly socket: Socket } | undefined> {
  const socket = await connect(path);
  if (!socket) return undefined;
  socket.write(`${JSON.stringify(request)}\n`);
  const lines = linesOf(socket);
  const first = await lines.next();
  return first.done ? undefined : { head: first.value, lines, socket }; // without an answer it is just stopping
}

function refusalIn(line: ControlLine): ControlFailure {
  return new ControlFailure('error' in line ? line.error : 'the node answered something else than was asked');
}

/** A socket of another user could tell anything: it is not asked. */
function connect(path: string): Promise<Socket | undefined> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return Promise.resolve(undefined);
  if (found.uid !== process.getuid?.()) throw new ControlFailure(`${path} belongs to another user`);
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.on('error', () => undefined); // the lines end early, and rowsOf says so
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else reject(error);
    });
  });
}

async function* linesOf(socket: Socket): AsyncGenerator<ControlLine> {
  for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) yield JSON.parse(line) as ControlLine;
}

function heightOf({ height }: ControlHead): bigint | undefined {
  return height === null ? undefined : BigInt(height);
}

async function* rowsOf(lines: AsyncGenerator<ControlLine>, socket: Socket): AsyncIterable<ReadRow> {
  let begun: Buffer[] = [];
  try {
    for await (const line of lines) {
      if ('end' in line) return;
      if (!('rows' in line)) break;
      for (const [key, base64, hasMore] of line.rows) {
        begun.push(Buffer.from(base64, 'base64'));
        if (hasMore) continue;
        yield [key, begun.length === 1 ? (begun[0] as Buffer) : Buffer.concat(begun)];
        begun = [];
      }
    }
    throw new ControlFailure('the node stopped before its answer was complete');
  } finally {
    socket.destroy();
  }
}
