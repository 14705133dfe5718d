/** The CometBFT child process of a node: made, noted, watched, ended. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Logger } from '../../log.js';
import { endGroup } from './group.js';
import { forwardLog, type CometError } from './log-forward.js';
import { forgetChild, recordChild, type ChildRecord } from './orphan.js';

export type ChildOptions = {
  readonly binary: string;
  readonly home: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly onConsensusFailure: (text: string) => void;
  readonly onErrorLine: (line: CometError) => void;
  readonly onProgress: () => void;
};

export type CometChild = {
  readonly pid: number;
  /** host:port of the RPC as bound; never settles when the child ends first. */
  readonly rpcListening: Promise<string>;
  /** How it ended, with its last words, for people. Never rejects. */
  readonly exited: Promise<string>;
  /** SIGTERM, SIGKILL after `graceMs`; resolves when it is gone and its note is removed. Safe to call twice. */
  stop(graceMs: number): Promise<void>;
};

const lastWordsMax = 12;

/** Spawns the child in a process group of its own, so that Ctrl-C on a terminal reaches only us. Rejects when it cannot be started. */
export async function spawnComet(options: ChildOptions): Promise<CometChild> {
  const { home, log } = options;
  const child = spawn(options.binary, ['start', '--home', home, ...options.args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...options.env, CMT_LOG_FORMAT: 'json' },
  });
  const words: string[] = [];
  const exited = new Promise<string>(resolve => {
    // 'close' and not 'exit': what it said last is then in.
    child.once('close', (code, signal) => resolve(howItEnded(code, signal, words)));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', cause => reject(new Error(`cometbft could not be started: ${cause.message}`, { cause })));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('cometbft was started without a process number');
  const record = note(home, child, pid);
  const rpcListening = new Promise<string>(onRpcListening => {
    const watcher = { onRpcListening, onConsensusFailure: options.onConsensusFailure, onErrorLine: options.onErrorLine, onProgress: options.onProgress };
    const keep = (line: string): void => {
      words.push(line);
      if (words.length > lastWordsMax) words.shift();
    };
    forwardLog(child.stdout, log, watcher, keep);
    forwardLog(child.stderr, log, watcher, keep);
  });
  let stopping: Promise<void> | undefined;
  const end = async (graceMs: number): Promise<void> => {
    const outcome = await endGroup(pid, record.startTime, graceMs);
    if (outcome === 'killed') log.warn({ pid, graceMs }, 'cometbft did not end in time and was killed');
    await exited;
    forgetChild(home);
  };
  return { pid, rpcListening, exited, stop: graceMs => (stopping ??= end(graceMs)) };
}

/** A child that cannot be noted could not be ended by the next node, so it does not live. */
function note(home: string, child: ChildProcess, pid: number): ChildRecord {
  try {
    return recordChild(home, pid);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null, words: readonly string[]): string {
  const how = signal ? `was ended by ${signal}` : `exited with code ${String(code)}`;
  return [`cometbft ${how}; its last lines were:`, ...words].join('\n  ');
}
