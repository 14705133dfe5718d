/**
 * CometBFT's log, line by line, into ours; and the few lines of it that say what nothing else says. Many lines quote what a
 * stranger sent (`msg` of "Invalid message" is his message as text). So a line is known by `_msg`, `module` and `level` alone, which
 * are constants of CometBFT's source, and nothing is looked for in what stands elsewhere.
 */
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { Logger } from '../../log.js';

/** A line of level error. */
export type CometError = {
  /** `_msg`: a constant of CometBFT's source. */
  readonly message: string;
  /** Which part of CometBFT wrote it: `consensus`, `blocksync`. */
  readonly module: string | undefined;
  /** The error as text. It may quote strangers. */
  readonly err: string | undefined;
};

export type LogWatcher = {
  /** The RPC listens; host:port as bound. */
  onRpcListening(hostAndPort: string): void;
  /** Consensus has stopped for good while the process goes on (a panic in its receive routine). */
  onConsensusFailure(text: string): void;
  /** A line about an error: what the log alone says. */
  onErrorLine(line: CometError): void;
  /** A line that shows progress, for those who wait with a bound. */
  onProgress(): void;
};

/** Forwards a stream of lines, JSON or plain. Ends with the stream. `keep` gets each line as it came. */
export function forwardLog(stream: Readable, log: Logger, watcher: LogWatcher, keep: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', line => {
    if (line.trim() === '') return;
    keep(line);
    const entry = parseLine(line);
    log[entry.level](entry.fields, entry.message);
    tell(entry, watcher);
  });
}

/** CometBFT's last words in its log when consensus stops (consensus/state.go, receiveRoutine). */
export function isConsensusFailure({ message, module }: CometError): boolean {
  return message === 'CONSENSUS FAILURE!!!' && module === 'consensus';
}

function tell({ level, constant, module, message, fields: { err } }: Entry, watcher: LogWatcher): void {
  if (level !== 'error') {
    watcher.onProgress();
    const [, listening] = (level === 'info' && constant === 'serve' && module === 'rpc-server' && /^Starting RPC HTTP server on (\S+)$/.exec(message)) || [];
    if (listening !== undefined) watcher.onRpcListening(listening);
    return;
  }
  const line: CometError = { message: constant ?? message, module, err: err === undefined ? undefined : textOf(err) };
  watcher.onErrorLine(line);
  if (isConsensusFailure(line)) watcher.onConsensusFailure(line.err === undefined ? line.message : `CONSENSUS FAILURE: ${line.err}`);
}

type Level = 'debug' | 'info' | 'warn' | 'error';
type Entry = {
  readonly level: Level;
  /** `_msg`; undefined of a line that is not of CometBFT's logger. */
  readonly constant: string | undefined;
  readonly module: string | undefined;
  /** For people. */
  readonly message: string;
  readonly fields: Record<string, unknown>;
};

/** Lines that say in `msg` what happened. */
const saidInMsg: readonly unknown[] = ['serve', 'service start', 'service stop'];

function parseLine(line: string): Entry {
  const json = asObject(line);
  // Plain text is what Go itself prints (a panic) or what a command says before its logger is set up.
  if (!json) return { level: 'warn', constant: undefined, module: undefined, message: line, fields: { source: 'cometbft' } };
  const { _msg = '', msg, level, ts: _ts, module, ...fields } = json;
  const constant = textOf(_msg);
  const isSaidInMsg = msg !== undefined && saidInMsg.includes(_msg);
  return {
    level: levelOf(level), constant, module: typeof module === 'string' ? module : undefined, message: isSaidInMsg ? textOf(msg) : constant,
    fields: { source: 'cometbft', module, ...fields, ...(msg === undefined || isSaidInMsg ? {} : { quoted: msg }) },
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function levelOf(level: unknown): Level {
  return level === 'debug' || level === 'warn' || level === 'error' ? level : 'info';
}

function asObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined; // forwarded as plain text
  }
}
