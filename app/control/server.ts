/**
 * Serves the committed rows to commands beside the node. Each answer is read from one snapshot of the database, so that it is
 * of one height, and sent in small portions between which the node does its work.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '../../chain/index.js';
import { databaseHeight } from '../commit.js';
import type { WorkersReport } from '../host-db/workers-report.js';
import { portionsIn, type DatabaseSnapshot } from '../store.js';
import { promiseRows } from './promise-rows.js';
import { controlVersion, parseRequest, requestBytesMax, type ControlLine, type RowPiece } from './protocol.js';

export type ControlOptions = {
  readonly path: string;
  readonly snapshot: () => DatabaseSnapshot;
  readonly workers: { report(): WorkersReport };
  /** Saves what the node knows of its last block; answers an id. */
  readonly save: (reason: string) => string;
  readonly log: Logger;
};
export type ControlServer = {
  /** Ends what is under way and removes the socket. */
  close(): Promise<void>;
};

/** Bytes of a value in one line. */
const pieceBytes = 96 * 1024;
/** Who reads nothing for so long holds a snapshot for nothing. */
const idleMs = 60_000;
const connectionsMax = 8;

/**
 * Listens at the path, which must belong to this node alone (it holds the lock of the home): what a killed node left there is
 * removed. Rejects with an Error for people.
 */
export async function startControl({ path, snapshot, workers, save, log }: ControlOptions): Promise<ControlServer> {
  const open = new Map<Socket, Promise<void>>();
  const server = createServer(socket => {
    const served = serve(socket, snapshot, workers, save).catch((error: unknown) => {
      log.debug({ reason: String(error) }, 'a command left before its answer was complete');
      socket.destroy();
    });
    open.set(socket, served);
    void served.finally(() => open.delete(socket));
  });
  server.maxConnections = connectionsMax;
  rmSync(path, { force: true });
  await listen(server, path);
  return {
    close: async () => {
      const ended = new Promise<void>(resolve => server.close(() => resolve()));
      for (const socket of open.keys()) socket.destroy();
      await Promise.all([ended, ...open.values()]);
      rmSync(path, { force: true });
    },
  };
}

/** The socket is made with the mode that it keeps: nobody else can open it in between. */
async function listen(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', cause => reject(new Error(`the node cannot answer commands at ${path}: ${cause.message}`, { cause })));
      server.listen(path, resolve); // binds within this call
      process.umask(before);
    });
    chmodSync(path, 0o600);
  } finally {
    process.umask(before);
  }
}

async function serve(socket: Socket, takeSnapshot: () => DatabaseSnapshot, workers: ControlOptions['workers'], save: ControlOptions['save']): Promise<void> {
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on('error', () => undefined); // send() finds the socket destroyed
  const line = await firstLine(socket);
  if (line === undefined) return;
  const request = parseRequest(line);
  if ('wrong' in request) {
    await send(socket, { error: request.wrong });
  } else if (request.method === 'workers') {
    await send(socket, { version: controlVersion, workers: workers.report() });
  } else if (request.method === 'save') {
    await send(socket, savedOrError(save, request.reason));
  } else {
    const snapshot = takeSnapshot();
    try {
      await sendRows(socket, snapshot, request.method === 'promises' ? promiseRows(snapshot) : portionsIn(snapshot, request.ranges));
    } finally {
      await snapshot.close();
    }
  }
  socket.end();
}

function savedOrError(save: ControlOptions['save'], reason: string): ControlLine {
  try {
    return { version: controlVersion, saved: save(reason) };
  } catch (error) {
    return { error: `it could not be saved: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** undefined when the other side left, or sends without end. */
function firstLine(socket: Socket): Promise<string | undefined> {
  return new Promise(resolve => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
      else if (text.length > requestBytesMax) socket.destroy();
    });
    socket.once('close', () => resolve(undefined));
  });
}

async function sendRows(socket: Socket, snapshot: DatabaseSnapshot, portions: ReturnType<DatabaseSnapshot['portions']>): Promise<void> {
  await send(socket, { version: controlVersion, height: databaseHeight(snapshot)?.toString() ?? null });
  for await (const portion of portions) {
    for (const rows of linesOf(portion)) await send(socket, { rows });
  }
  await send(socket, { end: true });
}

/** Lines of a bounded size: many short rows, or a piece of a long one. */
function* linesOf(portion: readonly (readonly [string, Uint8Array])[]): Iterable<readonly RowPiece[]> {
  let line: RowPiece[] = [];
  let size = 0;
  for (const [key, value] of portion) {
    let at = 0;
    do {
      const piece = Buffer.from(value.buffer, value.byteOffset + at, Math.min(pieceBytes, value.length - at));
      at += piece.length;
      line.push(at < value.length ? [key, piece.toString('base64'), true] : [key, piece.toString('base64')]);
      size += key.length + piece.length;
      if (size >= pieceBytes) {
        yield line;
        [line, size] = [[], 0];
      }
    } while (at < value.length);
  }
  if (line.length > 0) yield line;
}

/** Gives way to the node after each line, and waits while the other side does not read. */
async function send(socket: Socket, line: ControlLine): Promise<void> {
  if (socket.destroyed) throw new Error('the connection is closed');
  if (!socket.write(`${JSON.stringify(line)}\n`)) {
    await new Promise<void>(resolve => {
      const go = (): void => {
        socket.off('drain', go);
        socket.off('close', go);
        resolve();
      };
      socket.once('drain', go);
      socket.once('close', go);
    });
  }
  await new Promise(resolve => void setImmediate(resolve));
}
