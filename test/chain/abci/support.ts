/** What the ABCI tests share: seeded chance, an application of scripted methods, and a client of the socket. */
import { connect, type Socket } from 'node:net';
import { makeAbciCodec, type AbciCodec, type AbciRequest, type AbciResponse } from '../../../chain/abci/codec.js';
import { parseAbciAddress } from '../../../chain/abci/address.js';
import { frame, makeFrameReader } from '../../../chain/abci/frames.js';
import type { AbciApplication, RequestFinalizeBlock, RequestQuery } from '../../../chain/abci/types.js';
import type { Logger } from '../../../chain/log.js';

export const codec: AbciCodec = makeAbciCodec();

/** mulberry32: the same seed gives the same numbers, each in [0, 1). */
export function makeChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type LogLine = { readonly level: keyof Logger; readonly message: string; readonly fields: object };

export function makeTestLog(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: keyof Logger) => (fields: object, message: string): void => { lines.push({ level, message, fields }); };
  return { log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines };
}

/** An application whose methods, unless given, answer with empty messages. */
export function makeScriptedApplication(methods: Partial<AbciApplication>): AbciApplication {
  const tx = { code: 0, data: new Uint8Array(0), log: '', info: '', gasWanted: 0n, gasUsed: 0n, events: [], codespace: '' };
  const none = new Uint8Array(0);
  return {
    info: async () => ({ data: '', version: '', appVersion: 0n, lastBlockHeight: 0n, lastBlockAppHash: none }),
    query: async () => ({ code: 0, log: '', info: '', index: 0n, key: none, value: none, proofOps: undefined, height: 0n, codespace: '' }),
    checkTx: async () => tx,
    initChain: async () => ({ consensusParams: undefined, validators: [], appHash: none }),
    prepareProposal: async ({ txs }) => ({ txs }),
    processProposal: async () => ({ status: 1 }),
    extendVote: async () => ({ voteExtension: none }),
    verifyVoteExtension: async () => ({ status: 1 }),
    finalizeBlock: async ({ txs }) => ({ events: [], txResults: txs.map(() => tx), validatorUpdates: [], consensusParamUpdates: undefined, appHash: none }),
    commit: async () => ({ retainHeight: 0n }),
    listSnapshots: async () => ({ snapshots: [] }),
    offerSnapshot: async () => ({ result: 3 }),
    loadSnapshotChunk: async () => ({ chunk: none }),
    applySnapshotChunk: async () => ({ result: 2, refetchChunks: [], rejectSenders: [] }),
    ...methods,
  };
}

export type Client = {
  readonly socket: Socket;
  send(...requests: AbciRequest[]): void;
  sendBytes(bytes: Uint8Array): void;
  /** The next reply; rejects when the connection ends, or nothing comes within 5 s. */
  next(): Promise<AbciResponse>;
  /** Resolves when the server has ended the connection; rejects after 5 s. */
  ended(): Promise<void>;
  close(): void;
};

export async function connectClient(address: string): Promise<Client> {
  const to = parseAbciAddress(address);
  const socket = to.kind === 'unix' ? connect({ path: to.path }) : connect({ host: to.host, port: to.port });
  const reader = makeFrameReader();
  const arrived: AbciResponse[] = [];
  let over = false;
  let notify: () => void = () => undefined;
  socket.on('data', chunk => {
    for (const body of reader.push(chunk)) arrived.push(codec.decodeResponse(body));
    notify();
  });
  socket.on('error', () => undefined); // a reset is an end like any other
  socket.on('close', () => { over = true; notify(); });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    const end = performance.now() + 5000;
    while (!condition()) {
      const left = end - performance.now();
      if (left <= 0) throw new Error(`${what} did not happen within 5 s`);
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>(resolve => { notify = resolve; timer = setTimeout(resolve, left); });
      clearTimeout(timer);
    }
  };
  return {
    socket,
    send: (...requests) => { socket.write(Buffer.concat(requests.map(request => frame(codec.encodeRequest(request))))); },
    sendBytes: bytes => { socket.write(bytes); },
    next: async () => {
      await until(() => arrived.length > 0 || over, 'a reply');
      const reply = arrived.shift();
      if (!reply) throw new Error('the connection ended');
      return reply;
    },
    ended: () => until(() => over, 'the end of the connection'),
    close: () => { socket.destroy(); },
  };
}

/** A promise and the power to settle it. */
export function makeGate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>(resolve => { open = resolve; });
  return { opened, open };
}

/** Asks until the condition holds; throws when it does not within the bound. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, what: string, withinMs = 5000, intervalMs = 20): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise<void>(resolve => { setTimeout(resolve, intervalMs); });
  }
}

/** Runs what is ready to run now; for asserting that something has not happened although it could have. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>(resolve => { setImmediate(resolve); });
}

export const flush: AbciRequest = { kind: 'flush', value: {} };
export const echo = (message: string): AbciRequest => ({ kind: 'echo', value: { message } });
export const checkTx = (text: string): AbciRequest => ({ kind: 'checkTx', value: { tx: Buffer.from(text), type: 0 } });
export const blockAt = (height: bigint): RequestFinalizeBlock => ({
  txs: [], decidedLastCommit: undefined, misbehavior: [], hash: new Uint8Array(32), height, time: { seconds: 1n, nanos: 0 },
  nextValidatorsHash: new Uint8Array(32), proposerAddress: new Uint8Array(20),
});
export const finalizeBlock = (height: bigint): AbciRequest => ({ kind: 'finalizeBlock', value: blockAt(height) });
export const queryFor = (path: string): RequestQuery => ({ path, data: new Uint8Array(0), height: 0n, prove: false });
export const query = (path: string): AbciRequest => ({ kind: 'query', value: queryFor(path) });
