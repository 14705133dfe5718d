/** What a command may touch of the world. main.ts makes the real one; tests make their own. */
import type { Readable } from 'node:stream';

export type Io = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results only. */
  out(text: string): void;
  /** Everything else: prompts, progress, warnings, errors. */
  err(text: string): void;
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stderrIsTerminal: boolean;
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  sleep(ms: number): Promise<void>;
};

export function processIo(): Io {
  return {
    env: process.env,
    out: text => void process.stdout.write(text),
    err: text => void process.stderr.write(text),
    stdin: process.stdin,
    stderrIsTerminal: process.stderr.isTTY === true,
    now: () => performance.now(),
    sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
  };
}
