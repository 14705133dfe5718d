/** The websocket at /websocket: every method, and subscriptions. */
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { errorBodyOf, invalidRequest } from './errors.js';
import { parseJson, readCall, replyTo, replyWithError, runCall, type Reply } from './json-rpc.js';
import { makeSubscriptions, type Clients, type Subscriptions } from './subscriptions.js';
import type { Node } from './routes.js';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const messageBytesMax = 1_000_000;
/** A client that leaves more than this unread is dropped. */
const unsentBytesMax = 32 * 1024 * 1024;
/** Requests of one socket that may wait their turn; reading pauses above it. */
const waitingMax = 16;
const socketsMax = 900;
const pingEveryMs = 27_000;

export type WebsocketServer = {
  /** Takes over an HTTP upgrade. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
};

export function makeWebsocketServer(node: Node): WebsocketServer {
  const server = new WebSocketServer({ noServer: true, maxPayload: messageBytesMax, perMessageDeflate: false });
  const clients: Clients = { count: 0 };
  const alive = new WeakSet<WebSocket>();
  const pinging = setInterval(() => {
    for (const socket of server.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, pingEveryMs);
  pinging.unref();
  server.on('connection', socket => {
    alive.add(socket);
    socket.on('pong', () => alive.add(socket));
    serveSocket(node, socket, clients);
  });
  return {
    accept(request, socket, head) {
      if (server.clients.size >= socketsMax) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, accepted => server.emit('connection', accepted, request));
    },
    close() {
      clearInterval(pinging);
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

/** Requests of one socket are answered one after another, as CometBFT does; events come in between. */
function serveSocket(node: Node, socket: WebSocket, clients: Clients): void {
  const send = (reply: Reply): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > unsentBytesMax) {
      node.log.warn({ bytes: socket.bufferedAmount }, 'a websocket client does not read; it is dropped');
      socket.terminate();
      return;
    }
    socket.send(JSON.stringify(reply));
  };
  const subscriptions = makeSubscriptions(node.bus, clients, send);
  let waiting = 0;
  let turn: Promise<void> = Promise.resolve();
  socket.on('message', (data: RawData) => {
    waiting += 1;
    if (waiting >= waitingMax) socket.pause();
    turn = turn.then(async () => {
      if (socket.readyState === socket.OPEN) await answer(node, textOf(data), subscriptions, send);
      waiting -= 1;
      if (waiting < waitingMax && socket.isPaused) socket.resume();
    });
  });
  socket.on('error', error => {
    node.log.debug({ err: error }, 'a websocket client broke the protocol');
    socket.terminate();
  });
  socket.on('close', () => subscriptions.close());
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data as ArrayBuffer).toString('utf8');
}

async function answer(node: Node, text: string, subscriptions: Subscriptions, send: (reply: Reply) => void): Promise<void> {
  try {
    const { id, ...call } = readCall(parseJson(text));
    if (id === undefined) return;
    const found: { result?: Record<string, never> } = {};
    const own = await replyTo(node, id, call.method, () => {
      const result = subscriptions.run({ ...call, id });
      if (result) found.result = result;
      return result;
    });
    send(found.result || own.error ? own : await runCall(node, { ...call, id }));
  } catch (error) {
    send(replyWithError(undefined, errorBodyOf(error) ?? invalidRequest('unreadable').body));
  }
}
