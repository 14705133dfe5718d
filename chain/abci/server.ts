/** The ABCI socket server: CometBFT connects here. */
import { setMaxListeners } from 'node:events';
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '../log.js';
import { formatAbciAddress, parseAbciAddress, type AbciAddress } from './address.js';
import { makeAbciCodec, type AbciCodec } from './codec.js';
import { serveConnection } from './connection.js';
import { dispatch, makeDispatch } from './dispatch.js';
import { frameBytesMaxDefault } from './frames.js';
import type { AbciApplication } from './types.js';

export type AbciServerOptions = {
  /** unix://path or tcp://host:port; port 0 takes a free one. */
  readonly address: string;
  /** The plain application; the server puts the queues of makeDispatch before it, once for all connections. */
  readonly application: AbciApplication;
  readonly log: Logger;
  /** Called once, when the application rejected a request. The client has been told; the node must stop. */
  readonly onFatal: (error: Error) => void;
  /** Called for every request that reached the application. */
  readonly onRequest?: (kind: string) => void;
  readonly frameBytesMax?: number;
  readonly outstandingMax?: number;
  readonly codec?: AbciCodec;
};

export type AbciServer = {
  /** Where it really listens, in the form of the option. */
  readonly address: string;
  /** Stops listening, gives requests under way `graceMs` (default 1000) to be answered, ends all connections. Safe to call twice. */
  close(graceMs?: number): Promise<void>;
};

/** CometBFT sends at most 256 CheckTx ahead. */
const outstandingMaxDefault = 512;
/** CometBFT opens 4, and 4 more when it is restarted; the rest is for tools. A bound because each may hold a half-read message. */
const connectionsMax = 64;

/** Listens. Rejects with a text for people when the address cannot be had. */
export async function startAbciServer(options: AbciServerOptions): Promise<AbciServer> {
  const address = parseAbciAddress(options.address);
  if (address.kind === 'unix') await removeStaleSocket(address.path);
  const sockets = new Map<Socket, Promise<void>>();
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const serve = makeServing(options, stop.signal);
  const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, socket => {
    sockets.set(socket, serve(socket));
    socket.once('close', () => sockets.delete(socket));
  });
  server.maxConnections = connectionsMax;
  await listen(server, address);
  if (address.kind === 'unix') chmodSync(address.path, 0o600);
  const bound = formatAbciAddress(boundAddress(server, address));
  options.log.info({ address: bound }, 'abci server listens');
  let closing: Promise<void> | undefined;
  return { address: bound, close: (graceMs = 1000) => (closing ??= closeAll(server, sockets, stop, graceMs)) };
}

function makeServing(options: AbciServerOptions, stopReading: AbortSignal): (socket: Socket) => Promise<void> {
  const { log, onRequest, frameBytesMax = frameBytesMaxDefault, outstandingMax = outstandingMaxDefault } = options;
  const codec = options.codec ?? makeAbciCodec();
  const application = makeDispatch(options.application);
  let failed = false;
  const onFatal = (error: Error): void => {
    if (failed) return;
    failed = true;
    options.onFatal(error);
  };
  return socket => serveConnection(socket, {
    codec, log, frameBytesMax, outstandingMax, onFatal, stopReading,
    answer: request => {
      if (request.kind !== 'echo' && request.kind !== 'flush') onRequest?.(request.kind);
      return dispatch(application, request);
    },
  });
}

function listen(server: Server, address: AbciAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function boundAddress(server: Server, asked: AbciAddress): AbciAddress {
  const bound = server.address();
  if (asked.kind === 'unix' || bound === null || typeof bound === 'string') return asked;
  return { kind: 'tcp', host: asked.host, port: bound.port };
}

/** A killed node leaves its socket's file behind. Only a socket on which nobody answers is removed. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) throw new Error(`unix://${path}: a file that is no socket is in the way`);
  if (await isAnswered(path)) throw new Error(`unix://${path}: another process is serving this socket; is the node running already?`);
  unlinkSync(path);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(error);
    });
  });
}

async function closeAll(server: Server, sockets: ReadonlyMap<Socket, Promise<void>>, stop: AbortController, graceMs: number): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  const serving = [...sockets.values()];
  stop.abort();
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>(resolve => { timer = setTimeout(resolve, graceMs); });
  await Promise.race([Promise.all(serving), grace]);
  clearTimeout(timer);
  for (const socket of sockets.keys()) socket.destroy();
  await closed;
}
