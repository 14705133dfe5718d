/** The RPC's HTTP server: JSON-RPC by POST, the same methods by GET, and the door to the websocket. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { argsFromUri } from './args.js';
import { errorBodyOf, invalidRequest, RpcError } from './errors.js';
import { parseJson, replyTo, replyWithError, runBody } from './json-rpc.js';
import { routes, type Node } from './routes.js';
import { makeWebsocketServer } from './websocket.js';

const bodyBytesMax = 1_000_000;
const connectionsMax = 900;
const requestTimeoutMs = 30_000;
/** Longer than clients keep idle connections, so that they never send into a closing one. */
const keepAliveMs = 75_000;
const uriId = -1;

const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'HEAD, GET, POST, OPTIONS',
  'access-control-allow-headers': 'Origin, Accept, Content-Type, X-Requested-With, X-Server-Time',
};

export type RpcServer = { readonly url: string; close(): Promise<void> };

/** Binds to tcp://host:port (port 0 takes a free one). Rejects when it cannot. */
export async function startRpcServer(node: Node): Promise<RpcServer> {
  const { host, port } = parseListenAddress(node.rpcLaddr);
  const websockets = makeWebsocketServer(node);
  const server = createServer({ requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs, keepAliveTimeout: keepAliveMs }, (request, response) => {
    respond(node, request, response).catch((error: unknown) => {
      node.log.debug({ err: error }, 'an RPC connection ended early');
      response.destroy();
    });
  });
  server.maxConnections = connectionsMax;
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (pathOf(request) === '/websocket') websockets.accept(request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  });
  server.listen(port, host);
  await once(server, 'listening');
  server.on('error', error => node.log.error({ err: error }, 'the RPC server met an error'));
  return { url: urlOf(server, host), close: () => closeServer(server, websockets.close) };
}

function parseListenAddress(laddr: string): { host: string; port: number } {
  const match = /^(?:tcp:\/\/)?(?:\[([^\]]+)\]|([^:/]*)):(\d{1,5})$/.exec(laddr);
  if (!match || Number(match[3]) > 65535) throw new Error(`rpc.laddr ${laddr} is not tcp://host:port`);
  return { host: match[1] ?? match[2] ?? '', port: Number(match[3]) };
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const reachable = host === '' || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function closeServer(server: Server, closeWebsockets: () => void): Promise<void> {
  closeWebsockets();
  const closed = new Promise<void>(resolve => { server.close(() => resolve()); });
  server.closeAllConnections();
  await closed;
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0] ?? '/';

async function respond(node: Node, request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (request.method) {
    case 'OPTIONS':
      response.writeHead(204, corsHeaders).end();
      return;
    case 'POST':
      return pathOf(request) === '/' ? respondToPost(node, request, response) : sendText(response, 404, 'text/plain', '404 page not found\n');
    case 'GET': case 'HEAD':
      return respondToGet(node, request, response);
    default:
      return sendText(response, 405, 'text/plain', 'method not allowed\n');
  }
}

/** As CometBFT: refusals by a method come with status 200, only a body that is no JSON-RPC gets another. */
async function respondToPost(node: Node, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) {
    response.setHeader('connection', 'close');
    return sendJson(response, 400, replyWithError(undefined, invalidRequest('error reading request body: http: request body too large').body));
  }
  try {
    const reply = await runBody(node, parseJson(body));
    if (reply === undefined) return sendText(response, 200, 'application/json', '');
    return sendJson(response, 200, reply);
  } catch (error) {
    const refusal = errorBodyOf(error);
    if (!refusal) throw error;
    return sendJson(response, error instanceof RpcError && refusal.code === -32700 ? 500 : 200, replyWithError(undefined, refusal));
  }
}

/** Undefined when it is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function respondToGet(node: Node, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request);
  if (path === '/') return sendText(response, 200, 'text/html', listOfEndpoints());
  const method = path.slice(1);
  const route = routes.get(method);
  if (!route) return sendText(response, 404, 'text/plain', '404 page not found\n');
  const search = new URLSearchParams((request.url ?? '').slice(path.length));
  const reply = await replyTo(node, uriId, method, () => route.run(node, argsFromUri(search)));
  return sendJson(response, reply.error ? 500 : 200, reply);
}

function listOfEndpoints(): string {
  const items = [...routes].map(([name, { params }]) => {
    const link = `/${name}${params.length > 0 ? `?${params.map(param => `${param}=_`).join('&amp;')}` : ''}`;
    return `<li><a href="${link}">${link}</a></li>`;
  });
  return `<!DOCTYPE html><html><body><h1>Available endpoints</h1><ul>${items.join('')}</ul></body></html>`;
}

function sendJson(response: ServerResponse, status: number, json: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(json));
}

function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  const body = Buffer.from(text, 'utf8');
  response.writeHead(status, { ...corsHeaders, 'content-type': type, 'content-length': body.length });
  response.end(body);
}
