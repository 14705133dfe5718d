/** What goes into the bundle of an incident, put together from what this home has of the block. */
import { createHash } from 'node:crypto';
import { existsSync, linkSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { splitLines } from '../recorder/index.js';
import { bundleId } from './bundle-id.js';
import { reportFile, type BundleFile, type Bundles } from './bundles.js';
import { encodeLadder, type Ladder } from './ladder.js';
import { piecesOf, readSurroundings, vatsOf, type RecordedBlock, type Surroundings } from './recorded.js';
import { screenOf } from './screen.js';
import type { Cause, Summary } from './summary.js';
import type { Witness } from './witness.js';

/** What is kept of a home for the block, beside what its recorder has. */
export type Pins = {
  /** Undo record: rows before the block. */
  readonly undo: Uint8Array | undefined;
  /** Paths of heap files by hash; linked, so that they stay. */
  readonly heaps: ReadonlyMap<string, string>;
  /** Transcript entries of open spans by vat, one to a line. */
  readonly spans: ReadonlyMap<string, string>;
};

export type DumpOptions = {
  readonly home: string;
  readonly bundles: Bundles;
  readonly chainId: string;
  readonly height: bigint;
  readonly cause: Cause;
  /** UTC, RFC 3339. */
  readonly time: string;
  readonly release: string;
  readonly onDivergence: 'exit' | 'hold';
  readonly peersConfigured: number;
  readonly ladder: Ladder | undefined;
  /** The block before is known to be agreed. */
  readonly isBeforeAgreed: boolean;
  /** The FinalizeBlock request in protobuf, for who executes the block again. */
  readonly request: Uint8Array | undefined;
  readonly witness?: Witness;
  readonly proposed?: Summary['proposed'];
  readonly reason?: string;
  readonly pins: (vats: readonly string[]) => Pins;
};

/** Blocks before that go into a bundle too. */
const blocksBefore = 10n;

/** Writes the bundle, or notes that the same happened again. Synchronous, so that whatever comes next finds it complete. */
export function dump(options: DumpOptions): Summary {
  const { home, bundles, height, ladder } = options;
  const recorded = readSurroundings(join(home, 'recorder'), height, blocksBefore);
  const summary = summaryOf(options, recorded);
  if (bundles.get(summary.id)) return reported(bundles, bundles.write(summary, [], () => undefined)); // what is there stays: nothing is made for it
  const vats = vatsOf(recorded);
  const files: BundleFile[] = [
    ...(ladder ? [{ name: 'ladder.bin', content: encodeLadder(ladder) }] : []),
    ...(options.request ? [{ name: 'block.request.bin', content: options.request }] : []),
    ...(recorded.attempts.length === 0 ? [] : recordedFiles(recorded, height, vats)),
  ];
  const pins = options.pins(vats);
  return reported(bundles, bundles.write(summary, files, folder => pin(folder, pins)));
}

function reported(bundles: Bundles, written: Summary): Summary {
  return bundles.update(written.id, {}, [{ name: reportFile, content: screenOf(written, bundles.pathOf(written.id)) }]);
}

function recordedFiles(recorded: Surroundings, height: bigint, vats: readonly string[]): BundleFile[] {
  const { laneD, full } = piecesOf(recorded, height);
  return [
    { name: 'block.d.jsonl.gz', content: gzipped(laneD) }, { name: 'block.full.jsonl.gz', content: gzipped(full) },
    { name: 'before.full.jsonl.gz', content: gzipped(recorded.before) }, { name: 'local.jsonl', content: localOf(recorded.local, vats) },
  ];
}

/** Bytes that are packed at a time. */
const packedTogether = 4 * 1024 * 1024;

/** Members of a gzip file one after another are one file. */
function gzipped(pieces: readonly Buffer[]): Buffer {
  const members: Buffer[] = [];
  let waiting: Buffer[] = [];
  let bytes = 0;
  const pack = (): void => {
    members.push(gzipSync(Buffer.concat(waiting), { level: 1 }));
    [waiting, bytes] = [[], 0];
  };
  for (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes >= packedTogether) pack();
  }
  if (waiting.length > 0 || members.length === 0) pack();
  return Buffer.concat(members);
}

function summaryOf({ chainId, height, cause, time, release, onDivergence, peersConfigured, ladder, isBeforeAgreed, witness, proposed, reason, home }: DumpOptions, recorded: RecordedBlock): Summary {
  const lane = recorded.lane ?? '';
  const { blockHash, appHash, activity, stores } = ladder ?? { blockHash: '', appHash: '', activity: '', stores: [] };
  const configHash = hashOfConfig(home);
  return {
    format: 1, id: bundleId({ chainId, height, blockHash, appHash, stores, lane }), cause, chainId, height: String(height), time, seen: 1, release, onDivergence, peersConfigured, isBeforeAgreed,
    platform: `node ${process.versions.node} ${process.platform} ${process.arch}`,
    ...(configHash === undefined ? {} : { configHash }),
    ...(ladder ? { ours: { appHash, blockHash, activity, stores } } : {}),
    ...(witness ? { theirs: theirsOf(witness) } : {}),
    ...(recorded.lane === undefined ? {} : { lane: recorded.lane }),
    ...(recorded.attempts.length === 0 ? {} : { attempts: recorded.attempts.map(({ stream, attempt, isComplete, lane: hash }) => ({ stream, attempt, isComplete, lane: hash })) }),
    ...(proposed ? { proposed } : {}),
    ...(reason === undefined ? {} : { reason }),
    bytes: 0,
  };
}

export function theirsOf({ appHash, power, totalPower, source, isVerified }: Witness): NonNullable<Summary['theirs']> {
  return { appHash, source, isVerified, ...(power === undefined || totalPower === undefined ? {} : { power: String(power), totalPower: String(totalPower) }) };
}

/** Lines about other vats are of no use here. */
function localOf(pieces: readonly Buffer[], vats: readonly string[]): Buffer {
  const isWanted = (line: string): boolean => !line.includes('"vat":') || vats.some(vat => line.includes(`"vat":"${vat}"`));
  return Buffer.concat(pieces.map(piece => Buffer.from([...splitLines(piece.toString('utf8'))].filter(isWanted).map(line => `${line}\n`).join(''))));
}

function hashOfConfig(home: string): string | undefined {
  const files = ['config.toml', 'app.toml'].map(name => join(home, 'config', name)).filter(path => existsSync(path));
  return files.length === 0 ? undefined : files.reduce((sum, path) => sum.update(readFileSync(path)), createHash('sha256')).digest('hex');
}

function pin(folder: string, { undo, heaps, spans }: Pins): void {
  const pins = join(folder, 'pins');
  mkdirSync(pins, { mode: 0o700 });
  if (undo) writeFileSync(join(pins, 'undo.bin'), undo, { mode: 0o600 });
  for (const [vat, text] of spans) writeFileSync(join(pins, `span-${vat}.jsonl`), text, { mode: 0o600 });
  for (const [hash, path] of heaps) {
    if (!existsSync(path)) continue; // a damaged heap may be gone: the bundle says what it has
    try {
      linkSync(path, join(pins, `heap-${hash}`));
    } catch {
      copyFileSync(path, join(pins, `heap-${hash}`)); // no links between these folders
    }
  }
}
