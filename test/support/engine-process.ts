import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { encodeFrame, FrameReader } from '../../kernel/vat/netstring.js';
import { launchOf } from '../../kernel/vat/xsnap-launch.js';

export type EngineOptions = {
  readonly binary: string;
  readonly baseSnapshot: string;
  readonly computrons: number;
  /** Ends the process when it takes longer. */
  readonly milliseconds: number;
  /** Default false: as the node starts it. true: started plainly, with addresses as the system gives them. */
  readonly plain?: boolean;
};

/** How a program ended: with its computrons, the engine's exit code, or `too long`. */
export type EngineEnd = { readonly computrons: number } | { readonly exit: number | null } | 'too long';

/** Runs one program in a new process of the engine, after lockdown. Rejects if the program throws. */
export async function runInEngine(program: string, { binary, baseSnapshot, computrons, milliseconds, plain = false }: EngineOptions): Promise<EngineEnd> {
  const words = ['engine', '-r', baseSnapshot, '-l', String(computrons)];
  const { file, args, cwd } = plain ? { file: binary, args: words, cwd: undefined } : launchOf(binary, words);
  const child = spawn(file, args, { cwd, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const commands = child.stdio[3] as Writable;
  const replies: string[] = [];
  const reader = new FrameReader({ wholeBytesMax: 1_000_000, headBytes: 0 }, frame => replies.push(frame.bytes.toString('latin1')));
  (child.stdio[4] as Readable).on('data', (bytes: Buffer) => { reader.push(bytes); });
  commands.on('error', () => undefined); // it ended before it was asked to: its exit code says why
  const isTooLong = { yes: false };
  const timer = setTimeout(() => { isTooLong.yes = child.kill('SIGKILL'); }, milliseconds);
  commands.write(Buffer.concat([encodeFrame('e', `(() => { ${program} })()`), encodeFrame('q', '')]));
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (isTooLong.yes) return 'too long';
  const [reply] = replies;
  if (reply === undefined) return { exit: code };
  const spent = /^\.\{.*"compute":(\d+)/.exec(reply)?.[1];
  if (spent === undefined) throw new Error(`the program failed: ${reply}`);
  return { computrons: Number(spent) };
}
