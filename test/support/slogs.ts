/** Slog folders made up for tests and benchmarks: chains of synthetic cranks, with a fault where one is wanted, rolled as one likes. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LaneHash, laneDText, writeLine, type Line, type LineOf } from '../../app/recorder/index.js';
import { indexName, writeSlogName } from '../../app/slog/file-names.js';
import { compressSlog } from '../../app/slog/senders/compress.js';
import { SlogFile } from '../../app/slog/senders/slog-file.js';
import type { Piece } from '../../app/slog/senders/sender.js';
import { syntheticStreams, type SyntheticBlock } from './recorder-folder.js';

/** Something else happened in this crank: lines of it are changed, or left out, and its hash with them. */
export type Fault = { readonly crank: number; readonly change: (line: Line) => Line | undefined };

/** A block in which the fault is, if its crank is among its own. */
export function withFault(fault: Fault | undefined): (block: SyntheticBlock) => SyntheticBlock {
  if (!fault) return block => block;
  return block => ({ ...block, change: line => ('crank' in line && line.crank === fault.crank ? changed(line, fault) : line) });
}

function changed(line: Line, { change }: Fault): Line | undefined {
  if (line.type !== 'crank-finish') return change(line);
  return { ...line, crankhash: otherHash(line.crankhash), activityhash: otherHash(line.activityhash) };
}

/** One that is no longer the same. */
const otherHash = (hex: string): string => `${hex.startsWith('0') ? '1' : '0'}${hex.slice(1)}`;

/** What the vat read was another balance. */
export const flippedResult = (crank: number): Fault => ({
  crank, change: line => (line.type === 'syscall-result' ? { ...line, vsr: ['ok', '{"balance":{"body":"#\\"+999\\"","slots":[]}}'] } satisfies LineOf<'syscall-result'> : line),
});

export type FolderShape = {
  /** A file is finished at the end of a block when it has so many bytes. */
  readonly fileBytes: number;
  readonly isCompressed?: boolean;
  /** False: the indexes are removed. */
  readonly isIndexed?: boolean;
  readonly chain?: string;
  /** Seconds on the wall clock at the first line. */
  readonly from?: number;
  /** What a line has after its deterministic part. */
  readonly soft?: (line: Line) => Readonly<Record<string, number | string>> | undefined;
};

/** Writes blocks in the order given. Resolves with the paths of the files. */
export async function writeSlogFolder(folder: string, blocks: Iterable<SyntheticBlock>, shape: FolderShape): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const { fileBytes, chain = 'test-1', from = 1_780_000_000 } = shape;
  const paths: string[] = [];
  let file: SlogFile | undefined;
  let sequence = 0n;
  const write = async (block: SyntheticBlock, stream: 'run' | 'block', lines: readonly Line[]): Promise<void> => {
    file ??= SlogFile.create(join(folder, writeSlogName({ chain, hour: '20261120T07', first: block.height, part: 1 })), '{"type":"local/note","about":"slog","~":{}}\n');
    file.write(syntheticPiece(block, stream, lines, (sequence += 1n), from, shape.soft));
  };
  const finish = async (): Promise<void> => {
    if (!file) return;
    const { path } = file;
    file.close(true);
    file = undefined;
    if (shape.isCompressed) await compressSlog(path);
    paths.push(shape.isCompressed ? `${path}.gz` : path);
    if (shape.isIndexed === false) rmSync(indexName(paths.at(-1) as string));
  };
  for (const block of blocks) {
    const { run, block: lines } = syntheticStreams(block);
    await write(block, 'run', run);
    await write(block, 'block', lines);
    if (file && file.size >= fileBytes) await finish();
  }
  await finish();
  return paths;
}

/** An attempt as a sender gets it. */
export function syntheticPiece(block: SyntheticBlock, stream: 'run' | 'block', lines: readonly Line[], sequence: bigint, from: number, soft?: FolderShape['soft']): Piece {
  const { height, attempt = 1 } = block;
  const lane = new LaneHash();
  const text: string[] = [];
  for (const line of lines) {
    lane.add(line.type, laneDText(line).slice(0, -1));
    if (line.type === 'kv') continue;
    const isBegin = line.type === 'run-begin' || line.type === 'block-begin';
    const softPart = soft?.(line);
    text.push(writeLine(line, { t: from + Number(height), m: Number(height), ...(isBegin ? { attempt } : {}), ...(softPart ? { soft: softPart } : {}) }));
  }
  const body = Buffer.from(text.join(''));
  const last = lines.at(-1)?.type;
  return {
    stream, height, attempt, hasStart: true, isComplete: last === `${stream}-end`, laneD: lane.hex.slice(0, 32), sequence, bytes: body.length,
    bodies: function* bodies() { yield body; },
  };
}
