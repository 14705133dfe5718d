/** What the tests of the command line share: a home that goes away, the real process, a node that is a table of answers. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Io } from '../../../app/cli/io.js';

const mainFile = fileURLToPath(new URL('../../../app/cli/main.js', import.meta.url));

export function tempHome(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-cli-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type Ran = { code: number | null; out: string; err: string };

/** Runs the bin in a process of its own; killed after a minute. */
export function windlass(args: readonly string[], { stdin = '', env = {} }: { stdin?: string; env?: Record<string, string> } = {}): Promise<Ran> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [mainFile, ...args], { env: { PATH, ...env }, stdio: 'pipe' });
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.err += text));
  child.stdin.on('error', () => {}); // a command that asks nothing may be gone before it was told anything
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => {
      clearTimeout(timer);
      resolve({ ...ran, code });
    });
  });
}

/** An Io without a terminal: `input` is all that stdin says. */
export function scriptedIo(input = '', env: Record<string, string> = {}): Io & { shown: { out: string; err: string } } {
  const stdin = new PassThrough();
  stdin.end(input);
  const shown = { out: '', err: '' };
  return {
    shown, env, stdin, stderrIsTerminal: false,
    out: text => void (shown.out += text),
    err: text => void (shown.err += text),
    now: () => performance.now(),
    sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
  };
}

export type FakeNode = { url: string; calls: { method: string; params: Record<string, unknown> }[] };
export type Answers = Record<string, (params: Record<string, unknown>) => unknown>;

function answerOf(answer: Answers[string] | undefined, params: Record<string, unknown>): object {
  if (!answer) return { error: { code: -32601, message: 'Method not found' } };
  try {
    return { result: answer(params) };
  } catch (error) {
    return { error: { code: -32603, message: 'Internal error', data: String(error) } };
  }
}

/** A JSON-RPC server; a method without an answer, or one that throws, is an error, as a node would say it. */
export async function fakeNode(t: TestContext, answers: Answers): Promise<FakeNode> {
  const calls: FakeNode['calls'] = [];
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { id: number; method: string; params: Record<string, unknown> };
      calls.push({ method, params });
      reply.end(JSON.stringify({ jsonrpc: '2.0', id, ...answerOf(answers[method], params) }));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}
