/** CometBFT's log, line by line, into ours; and the few lines of it that say what nothing else says. */
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { Logger } from '../../log.js';

export type LogWatcher = {
  /** The RPC listens; host:port as bound. */
  onRpcListening(hostAndPort: string): void;
  /** Consensus has stopped for good while the process goes on (a panic in its receive routine). */
  onConsensusFailure(text: string): void;
  /** A line about an error, with the error: what the log alone says. */
  onErrorLine(text: string): void;
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
    if (entry.level === 'error') watcher.onErrorLine(errorText(entry));
    else watcher.onProgress();
    const listening = /Starting RPC HTTP server on (\S+)/.exec(entry.message);
    if (listening?.[1]) watcher.onRpcListening(listening[1]);
    if (entry.message.includes('CONSENSUS FAILURE!!!')) watcher.onConsensusFailure(consensusFailureText(entry));
  });
}

type Level = 'debug' | 'info' | 'warn' | 'error';
type Entry = { readonly level: Level; readonly message: string; readonly fields: Record<string, unknown> };

function parseLine(line: string): Entry {
  const json = asObject(line);
  // Plain text is what Go itself prints (a panic) or what a command says before its logger is set up.
  if (!json) return { level: 'warn', message: line, fields: { source: 'cometbft' } };
  const { _msg, msg, level, ts: _ts, module, ...fields } = json;
  // A few of its lines carry a constant as message ("serve", "service start") and say what happened in `msg`.
  const message = textOf(msg ?? _msg ?? '');
  return { level: levelOf(level), message, fields: { source: 'cometbft', module, ...fields } };
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

function errorText({ message, fields }: Entry): string {
  return fields['err'] === undefined ? message : `${message} ${textOf(fields['err'])}`;
}

function consensusFailureText({ message, fields }: Entry): string {
  return fields['err'] === undefined ? message : `CONSENSUS FAILURE: ${textOf(fields['err'])}`;
}
