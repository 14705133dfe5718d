/** Questions to the person or script at stdin. Lines that arrive together are kept for the next question. */
import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Io } from './io.js';

type Lines = { next(): Promise<string | undefined>; close(): void };
const linesOf = new WeakMap<Io, Lines>();

/** The next line of stdin without its end, or undefined at the end of the input. */
export async function askLine(io: Io, question: string): Promise<string | undefined> {
  io.err(question);
  return lines(io).next();
}

/** As askLine; on a terminal what is typed is not shown. */
export async function askSecret(io: Io, question: string): Promise<string | undefined> {
  const answer = await askLine(io, question);
  if (io.stdin.isTTY) io.err('\n');
  return answer;
}

/** Whether the answer is y or yes. The end of the input is a no. */
export async function confirm(io: Io, question: string): Promise<boolean> {
  const answer = await askLine(io, `${question} [y/N]: `);
  if (io.stdin.isTTY) io.err('\n');
  return answer !== undefined && /^(y|yes)$/i.test(answer.trim());
}

/** Lets the process end although stdin is open. */
export function closePrompts(io: Io): void {
  linesOf.get(io)?.close();
  linesOf.delete(io);
}

function lines(io: Io): Lines {
  const known = linesOf.get(io);
  if (known) return known;
  const made = readLines(io);
  linesOf.set(io, made);
  return made;
}

function readLines(io: Io): Lines {
  const terminal = io.stdin.isTTY === true;
  // A terminal is read without echo, since the line may be a password; readline still edits it.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader: Interface = createInterface({ input: io.stdin, output: silent, terminal });
  const arrived: string[] = [];
  const waiting: ((line: string | undefined) => void)[] = [];
  let ended = false;
  reader.on('line', line => {
    const taker = waiting.shift();
    if (taker) taker(line);
    else arrived.push(line);
  });
  reader.on('close', () => {
    ended = true;
    for (const taker of waiting.splice(0)) taker(undefined);
  });
  reader.on('SIGINT', () => reader.close());
  return {
    next: async () => arrived.shift() ?? (ended ? undefined : new Promise(resolve => waiting.push(resolve))),
    close: () => reader.close(),
  };
}
