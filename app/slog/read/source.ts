/** What a user names, as parts: a ring, a bundle, one file, a folder of rolled files, or standard input. What it is, is told by its bytes. */
import { createWriteStream, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { segmentsIn } from '../../recorder/index.js';
import { inOrder, readSlogName, type SlogName } from '../file-names.js';
import { ringPart } from '../ring/ring-part.js';
import { refsAfter, refsOfSegment, type FrameRef } from '../ring/frame-refs.js';
import type { Part } from './attempt.js';
import { SourceDamaged } from './damaged.js';
import { formatOf, openFilePart } from './file-part.js';

export type SourceKind = 'ring' | 'segment' | 'bundle' | 'file' | 'folder' | 'stdin';

/** A source before it was read. */
export type Source = {
  readonly kind: SourceKind;
  /** As it was named. */
  readonly name: string;
  /** Files of lines, oldest first; none for a ring. */
  readonly files: readonly string[];
  /** Frames of a ring or of one of its segments. */
  readonly frames: () => readonly FrameRef[];
  /** Removes what was put aside for it. */
  close(): void;
};

/** In a bundle: what came before, then the block itself; else its deterministic part alone. */
const bundleFiles = ['before.full.jsonl.gz', 'block.full.jsonl.gz'];
const bundleMark = 'block.d.jsonl.gz';

/** `-` is standard input, which is put aside in a temporary file. Rejects with SourceDamaged for what is none of these. */
export async function openSource(name: string, stdin: Readable): Promise<Source> {
  if (name === '-') return fromStdin(stdin);
  if (!existsSync(name)) throw new SourceDamaged(name, 'there is nothing');
  if (!statSync(name).isDirectory()) return ofFile(name);
  if (segmentsIn(name).length > 0) return { ...plain('ring', name, []), frames: () => refsAfter(name, -1n) };
  if (existsSync(join(name, bundleMark)) || existsSync(join(name, bundleFiles[1] as string))) {
    const full = bundleFiles.map(file => join(name, file)).filter(existsSync);
    return plain('bundle', name, full.length > 0 ? full : [join(name, bundleMark)]);
  }
  const files = rolledFiles(name);
  if (files.length === 0) throw new SourceDamaged(name, 'holds neither a ring, nor a bundle, nor slog files');
  return plain('folder', name, files);
}

/** Its attempts. `withIndex` false reads the files though there are indexes. Rejects with SourceDamaged. */
export async function readParts(source: Source, withIndex = true): Promise<Part[]> {
  if (source.kind === 'ring' || source.kind === 'segment') return [ringPart(source.name, source.frames())];
  const parts: Part[] = [];
  for (const file of source.files) {
    const format = formatOf(file);
    if (!format) throw new SourceDamaged(file, 'is no slog');
    parts.push(await openFilePart(file, format, withIndex));
  }
  return parts;
}

const plain = (kind: SourceKind, name: string, files: readonly string[]): Source => ({ kind, name, files, frames: () => [], close: () => undefined });

function ofFile(path: string): Source {
  if (formatOf(path)) return plain('file', path, [path]);
  const frames = refsOfSegment(path);
  if (frames.length === 0) throw new SourceDamaged(path, 'is no slog');
  return { ...plain('segment', path, []), frames: () => frames };
}

async function fromStdin(stdin: Readable): Promise<Source> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-slog-'));
  const close = (): void => { rmSync(folder, { recursive: true, force: true }); };
  const path = join(folder, 'stdin');
  try {
    await pipeline(stdin, createWriteStream(path, { mode: 0o600 }));
    return { ...ofFile(path), kind: 'stdin', name: '-', close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Slog files of a folder, oldest first. While a file is compressed it is there twice: then the plain one counts. Folders of files with other names are taken by name. */
function rolledFiles(folder: string): string[] {
  const names = readdirSync(folder).filter(name => /\.jsonl(?:\.gz)?$/.test(name));
  const known = names.flatMap(name => {
    const read = readSlogName(name);
    return read ? [{ name, read }] : [];
  });
  const chosen = known.length > 0 ? inSlogOrder(known) : names.sort();
  return chosen.filter(name => !(name.endsWith('.gz') && names.includes(name.slice(0, -'.gz'.length)))).map(name => join(folder, name));
}

function inSlogOrder(files: readonly { readonly name: string; readonly read: SlogName }[]): string[] {
  return [...files].sort((a, b) => inOrder(a.read, b.read)).map(({ name }) => name);
}

