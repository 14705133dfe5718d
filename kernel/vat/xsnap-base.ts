/**
 * The base snapshot: the heap of a worker after lockdown and supervisor, with room for what vats hold. Every worker starts
 * from it. Its bytes are the same wherever and whenever it is taken with the same engine, so its hash names the engine.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from './netstring.js';
import { encodeFrame, FrameReader } from './netstring.js';
import { openReply } from './worker-reply.js';
import { giveRoom } from './xsnap-heap-room.js';
import { launchOf } from './xsnap-launch.js';

/** A file with a heap snapshot, and the SHA-256 of its bytes. */
export type BaseSnapshot = { readonly path: string; readonly sha256: string };

export type BaseSnapshotParts = {
  readonly binary: string;
  /** Evaluated in this order, each one expression. */
  readonly sources: readonly string[];
};

/** Everything the key must stand for beside the parts; one more when giveRoom changes. */
const recipe = 'room 1';

const takeTimeoutMs = 60_000;

/**
 * The base snapshot of `parts`, from `folder` if it was taken before, else taken now (about a second, synchronously).
 * Several processes may do so at once. Throws an Error when the engine does not carry it out.
 */
export function provideBaseSnapshot(parts: BaseSnapshotParts, folder: string): BaseSnapshot {
  const key = keyOf(parts);
  return readTaken(folder, key) ?? take(parts, folder, key);
}

/** Names everything that the snapshot is made of. The binary too: one built anew is not trusted to do the same. */
function keyOf({ binary, sources }: BaseSnapshotParts): string {
  const hash = createHash('sha256').update(createHash('sha256').update(readFileSync(binary)).digest());
  for (const source of [...sources, recipe]) hash.update(createHash('sha256').update(source).digest());
  return hash.digest('hex');
}

const snapshotFile = (folder: string, key: string): string => join(folder, `base-${key.slice(0, 32)}.xs`);

/** The hash lies beside it and is written last. */
function readTaken(folder: string, key: string): BaseSnapshot | undefined {
  const path = snapshotFile(folder, key);
  try {
    const sha256 = readFileSync(`${path}.sha256`, 'latin1').trim();
    return hashOf(readFileSync(path)) === sha256 ? { path, sha256 } : undefined; // damaged: it is taken anew
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function take(parts: BaseSnapshotParts, folder: string, key: string): BaseSnapshot {
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(folder, 'taking-'));
  try {
    const taken = join(temporary, 'snapshot');
    runEngine(parts, temporary, taken);
    const bytes = readFileSync(taken);
    giveRoom(bytes);
    writeFileSync(taken, bytes);
    const sha256 = hashOf(bytes);
    const path = snapshotFile(folder, key);
    renameSync(taken, path);
    writeFileSync(join(temporary, 'sha256'), `${sha256}\n`);
    renameSync(join(temporary, 'sha256'), `${path}.sha256`);
    return { path, sha256 };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** A conversation that needs no answers of ours: all commands lie in a file, the replies are read when it is over. */
function runEngine({ binary, sources }: BaseSnapshotParts, folder: string, taken: string): void {
  const [commandFile, replyFile] = [join(folder, 'commands'), join(folder, 'replies')];
  const frames = [...sources.map(source => encodeFrame('e', source)), encodeFrame('w', '@7'), encodeFrame('q', '')];
  writeFileSync(commandFile, Buffer.concat(frames));
  const files = [openSync(commandFile, 'r'), openSync(replyFile, 'w'), openSync(taken, 'w')] as const;
  const [commands, replies, snapshot] = files;
  const { file, args, cwd } = launchOf(binary, ['base']);
  const { status, signal, stderr, error } = spawnSync(file, args, {
    cwd, env: {}, timeout: takeTimeoutMs, killSignal: 'SIGKILL', encoding: 'latin1',
    stdio: ['ignore', 'ignore', 'pipe', commands, replies, 'ignore', 'ignore', snapshot],
  });
  for (const open of files) closeSync(open);
  if (error !== undefined) throw new Error('the base snapshot cannot be taken', { cause: error });
  const problem = status === 0 ? problemIn(readFileSync(replyFile), frames.length - 1) : `the engine ended with ${signal ?? `exit code ${status}`}`;
  if (problem !== undefined) throw new Error(`the base snapshot cannot be taken: ${problem} ${stderr.trim()}`);
}

/** Why the replies are not what they must be: one good one to each command but the last. */
function problemIn(bytes: Buffer, expected: number): string | undefined {
  const frames: Frame[] = [];
  new FrameReader({ wholeBytesMax: bytes.length, headBytes: 0 }, frame => frames.push(frame)).push(bytes);
  for (const frame of frames) {
    const opened = openReply(frame);
    if ('why' in opened) return opened.why;
  }
  return frames.length === expected ? undefined : `${frames.length} of ${expected} commands were carried out`;
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
