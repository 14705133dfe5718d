/** One ABCI connection: bytes in, requests answered in their order, bytes out. */
import type { Socket } from 'node:net';
import { CodecError } from '../codec/index.js';
import type { Logger } from '../log.js';
import type { AbciCodec, AbciRequest, AbciResponse } from './codec.js';
import { frame, FrameError, makeFrameReader } from './frames.js';
import { settled } from './queues.js';

export type ConnectionOptions = {
  readonly codec: AbciCodec;
  readonly answer: (request: AbciRequest) => Promise<AbciResponse>;
  readonly log: Logger;
  readonly frameBytesMax: number;
  /** Requests read but not yet answered; above it the socket is not read. */
  readonly outstandingMax: number;
  /** The application rejected: the caller must stop the node. */
  readonly onFatal: (error: Error) => void;
  /** Aborted when no more requests are to be read; what was read is still answered. */
  readonly stopReading: AbortSignal;
};

/**
 * Serves one socket until either side ends it. Never rejects: what the other side does wrong ends this connection only,
 * with a line in the log. On one connection a request starts when those before it are answered; only CheckTx may
 * overlap with CheckTx, since that is the one that CometBFT sends ahead.
 */
export async function serveConnection(socket: Socket, options: ConnectionOptions): Promise<void> {
  const replies = makeReplyLine(socket, options);
  socket.on('error', error => options.log.debug({ error: error.message }, 'abci connection broke'));
  try {
    await readRequests(socket, options, replies);
    await replies.drained();
    socket.end();
  } catch (error) {
    if (error instanceof FrameError || error instanceof CodecError) {
      options.log.warn({ reason: error.message }, 'abci connection closed: the bytes received are no request');
    } else {
      options.log.debug({ error: String(error) }, 'abci connection ended');
    }
    socket.destroy();
  }
}

async function readRequests(socket: Socket, options: ConnectionOptions, replies: ReplyLine): Promise<void> {
  const reader = makeFrameReader(options.frameBytesMax);
  for await (const chunk of chunksOf(socket, options.stopReading)) {
    for (const body of reader.push(chunk)) {
      const request = options.codec.decodeRequest(body);
      await replies.room(body.length);
      replies.add(request, body.length);
    }
  }
  if (!reader.isAtBoundary() && !options.stopReading.aborted) throw new FrameError('the stream ended inside a message');
}

/** The socket's bytes, read as fast as they are taken. Ends where the other side ends its half; the socket stays open for replies. */
async function* chunksOf(socket: Socket, stop: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  let notify: () => void = () => undefined;
  const poke = (): void => notify();
  socket.on('readable', poke).on('end', poke).on('close', poke);
  stop.addEventListener('abort', poke);
  try {
    while (!stop.aborted) {
      const chunk = socket.read() as Buffer | null;
      if (chunk !== null) yield chunk;
      else if (socket.readableEnded) return;
      else if (socket.destroyed) throw new Error('the connection broke');
      else await new Promise<void>(resolve => { notify = resolve; });
    }
  } finally {
    stop.removeEventListener('abort', poke);
  }
}

type ReplyLine = {
  /** Waits until another request of so many bytes may be taken on. */
  room(bytes: number): Promise<void>;
  add(request: AbciRequest, bytes: number): void;
  drained(): Promise<void>;
};

function makeReplyLine(socket: Socket, { codec, answer, log, frameBytesMax, outstandingMax, onFatal }: ConnectionOptions): ReplyLine {
  let outstanding = 0;
  let bytesOutstanding = 0;
  let wake: () => void = () => undefined;
  let lastReply: Promise<void> = Promise.resolve();
  let lastCheckTx: Promise<void> = Promise.resolve();
  let lastOther: Promise<void> = Promise.resolve();

  const start = (request: AbciRequest): Promise<AbciResponse> => {
    if (request.kind === 'checkTx') {
      const result = lastOther.then(() => answer(request));
      lastCheckTx = settled(lastCheckTx, result);
      return result;
    }
    const result = Promise.all([lastOther, lastCheckTx]).then(() => answer(request));
    lastOther = settled(result);
    return result;
  };

  const encode = (result: PromiseSettledResult<AbciResponse>): Buffer => {
    if (result.status === 'rejected') throw result.reason;
    return frame(codec.encodeResponse(result.value));
  };

  const reply = async (request: AbciRequest, result: PromiseSettledResult<AbciResponse>): Promise<void> => {
    try {
      await write(socket, encode(result));
    } catch (cause) {
      const error = new Error(`the application failed in ${request.kind}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      log.error({ request: request.kind, error: error.message }, 'abci request failed');
      const told = write(socket, frame(codec.encodeResponse({ kind: 'exception', value: { error: error.message.toWellFormed() } })));
      onFatal(error);
      await told;
    }
  };

  return {
    room: async bytes => {
      while (outstanding >= outstandingMax || (outstanding > 0 && bytesOutstanding + bytes > frameBytesMax)) {
        await new Promise<void>(resolve => { wake = resolve; });
      }
    },
    add: (request, bytes) => {
      outstanding += 1;
      bytesOutstanding += bytes;
      const settling = Promise.allSettled([start(request)]);
      lastReply = lastReply.then(async () => {
        const [result] = await settling;
        await reply(request, result);
        outstanding -= 1;
        bytesOutstanding -= bytes;
        wake();
      });
    },
    drained: () => lastReply,
  };
}

/** Hands bytes to the socket; waits when it is full. A socket that is gone swallows them: its reader sees the end. */
async function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed || socket.write(bytes)) return;
  await new Promise<void>(resolve => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}
