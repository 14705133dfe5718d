/**
 * Bundles of a home, `forensics/<id>/`: written under another name, synced, renamed; never written over. The oldest go when
 * there are more than 20, or more than 1 GiB; never the newest, and none of which nobody has taken note.
 */
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, openSync, closeSync, fsyncSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../chain/engine/home-files/index.js';
import { bundleIdGrammar } from './bundle-id.js';
import { isAlarm, isGraver, type Summary, type SummaryChange } from './summary.js';

export type BundleFile = { readonly name: string; readonly content: string | Uint8Array };

const bundlesMaxDefault = 20;
const bytesMaxDefault = 1024 ** 3;
/** Of one file that is kept beside: as much as a heap can have, and not the room of all others. */
const keptBytesMax = 256 * 1024 * 1024;
const mode = 0o600;
const summaryFile = 'summary.json';
export const reportFile = 'REPORT.txt';
const unfinished = '.unfinished-';

export class Bundles {
  readonly #folder: string;
  readonly #bundlesMax: number;
  readonly #bytesMax: number;
  readonly #onUnreadable: (id: string, reason: string) => void;

  /** @param folder the home's `forensics`. `onUnreadable`: a bundle whose summary cannot be read, each time that it is met. */
  constructor(folder: string, { bundlesMax = bundlesMaxDefault, bytesMax = bytesMaxDefault, onUnreadable = () => undefined }: { readonly bundlesMax?: number; readonly bytesMax?: number; readonly onUnreadable?: (id: string, reason: string) => void } = {}) {
    this.#folder = folder;
    this.#onUnreadable = onUnreadable;
    this.#bundlesMax = bundlesMax;
    this.#bytesMax = bytesMax;
  }

  pathOf(id: string): string {
    return join(this.#folder, id);
  }

  /** By height, then id. What has no readable summary is left out. */
  list(): Summary[] {
    if (!existsSync(this.#folder)) return [];
    const found = readdirSync(this.#folder).filter(name => bundleIdGrammar.test(name)).map(id => this.get(id)).filter(summary => summary !== undefined);
    return found.sort((a, b) => (BigInt(a.height) < BigInt(b.height) || (a.height === b.height && a.id < b.id) ? -1 : 1));
  }

  get(id: string): Summary | undefined {
    const path = join(this.pathOf(id), summaryFile);
    if (!bundleIdGrammar.test(id) || !existsSync(path)) return undefined;
    try {
      const summary = JSON.parse(readFileSync(path, 'utf8')) as Summary;
      if (summary.id !== id || !/^\d+$/.test(summary.height)) throw new Error('it is not the summary of this bundle');
      return summary;
    } catch (error) {
      this.#onUnreadable(id, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /** What was written before under this id stays, and is seen once more, as if nobody had taken note; a graver cause is told instead of the first. `fill` adds what is no single text, in the folder that it is given. */
  write(summary: Summary, files: readonly BundleFile[], fill: (folder: string) => void): Summary {
    const known = this.get(summary.id);
    if (known) return this.#seenAgain(known, summary);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const making = join(this.#folder, `${unfinished}${summary.id}`);
    rmSync(making, { recursive: true, force: true });
    mkdirSync(making, { mode: 0o700 });
    for (const { name, content } of files) writeSynced(join(making, name), content);
    fill(making);
    const whole = { ...summary, bytes: bytesBelow(making) };
    writeSynced(join(making, summaryFile), jsonOf(whole));
    syncFolder(making);
    this.#setUnreadableAside(summary.id);
    renameSync(making, this.pathOf(summary.id));
    syncFolder(this.#folder);
    this.#removeOld(summary.id);
    return whole;
  }

  #seenAgain({ id, seen, cause: before }: Summary, { cause, theirs, reason, onDivergence, isBeforeAgreed, peersConfigured }: Summary): Summary {
    const graver = isGraver(cause, before) ? { cause, theirs, reason, onDivergence, isBeforeAgreed, peersConfigured } : {};
    return this.update(id, { ...graver, seen: seen + 1, acknowledged: undefined });
  }

  /** A folder without a summary that can be read would be in the way; it is kept beside. */
  #setUnreadableAside(id: string): void {
    if (!existsSync(this.pathOf(id))) return;
    const aside = join(this.#folder, `unreadable-${id}`);
    rmSync(aside, { recursive: true, force: true });
    renameSync(this.pathOf(id), aside);
  }

  /** Changes what is known of an incident, and adds files. */
  update(id: string, change: SummaryChange, files: readonly BundleFile[] = []): Summary {
    const known = this.get(id);
    if (!known) throw new Error(`there is no bundle ${id}`);
    const summary = changed(known, change);
    for (const { name, content } of files) replaceFile(join(this.pathOf(id), name), typeof content === 'string' ? content : Buffer.from(content).toString('utf8'), mode);
    replaceFile(join(this.pathOf(id), summaryFile), jsonOf(summary), mode);
    return summary;
  }

  /** Keeps a file of this disk under another name in the bundle, without copying it. False: one of that name is there, or it is too large. */
  keep(id: string, name: string, from: string): boolean {
    const path = join(this.pathOf(id), name);
    if (existsSync(path) || statSync(from).size > keptBytesMax) return false;
    linkSync(from, path);
    syncFolder(this.pathOf(id));
    this.update(id, { bytes: bytesBelow(this.pathOf(id)) });
    this.#removeOld(id);
    return true;
  }

  /** Alarms of which nobody has taken note. */
  open(): Summary[] {
    return this.list().filter(({ cause, acknowledged }) => isAlarm(cause) && acknowledged === undefined);
  }

  #removeOld(newest: string): void {
    const removable = this.list().filter(({ id, cause, acknowledged }) => id !== newest && !(isAlarm(cause) && acknowledged === undefined)).sort((a, b) => (a.time < b.time ? -1 : 1));
    const all = this.list();
    let [count, bytes] = [all.length, all.reduce((sum, summary) => sum + summary.bytes, 0)];
    for (const { id, bytes: size } of removable) {
      if (count <= this.#bundlesMax && bytes <= this.#bytesMax) return;
      rmSync(this.pathOf(id), { recursive: true, force: true });
      [count, bytes] = [count - 1, bytes - size];
    }
  }
}

/** Members that are changed to undefined go. */
function changed(known: Summary, change: SummaryChange): Summary {
  return Object.fromEntries(Object.entries({ ...known, ...change }).filter(([, value]) => value !== undefined)) as Summary;
}

/** One JSON document; bigints are text. */
function jsonOf(summary: Summary): string {
  return `${JSON.stringify(summary, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2)}\n`;
}

function writeSynced(path: string, content: string | Uint8Array): void {
  writeFileSync(path, content, { mode });
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

export function bytesBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter(entry => entry.isFile()).reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
