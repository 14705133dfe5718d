/** The sender `module:<file>`: an operator's own module, which gets strings and nothing else. It runs in the sender's worker. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Lost, Piece, Sender } from './sender.js';

/** What `open` is told. */
export type ModuleContext = { readonly chain: string; readonly release: string; readonly boot: string };

/** What `block` is told beside the lines. Heights and sequences are decimal text. */
export type BlockInfo = {
  readonly stream: 'run' | 'block';
  readonly height: string;
  readonly attempt: number;
  readonly complete: boolean;
  readonly laneD: string;
  /** Pieces that were lost since the last call, if any. */
  readonly lost: { readonly from: string; readonly to: string; readonly pieces: number; readonly reason: string } | null;
};

/** What the module exports. Each may be left out, and may answer with a promise, which is awaited. */
export type SlogModule = {
  readonly open?: (context: ModuleContext) => unknown;
  readonly block?: (lines: string[], info: BlockInfo) => unknown;
  readonly flush?: () => unknown;
  readonly close?: () => unknown;
};

/** More than this is not handed over as strings. */
const pieceBytesMax = 64 * 1024 * 1024;

export class ModuleSender implements Sender {
  readonly taken = undefined;
  readonly #module: SlogModule;
  #lost: Lost | undefined;
  #isDirty = false;

  private constructor(module: SlogModule) {
    this.#module = module;
  }

  /** Loads the module and opens it. Rejects with what it rejects with. */
  static async load(file: string, context: ModuleContext): Promise<ModuleSender> {
    const module = (await import(pathToFileURL(resolve(file)).href)) as SlogModule;
    await module.open?.(Object.freeze({ ...context }));
    return new ModuleSender(module);
  }

  async take(piece: Piece): Promise<void> {
    if (piece.bytes > pieceBytesMax) throw new Error(`it has more than ${pieceBytesMax} bytes`);
    const lines = Buffer.concat([...piece.bodies()].map(body => Buffer.from(body))).toString().split('\n').slice(0, -1);
    const { stream, height, attempt, isComplete, laneD } = piece;
    const lost = this.#lost && { from: String(this.#lost.from), to: String(this.#lost.to), pieces: this.#lost.pieces, reason: this.#lost.reason };
    this.#isDirty = true;
    await this.#module.block?.(lines, Object.freeze({ stream, height: String(height), attempt, complete: isComplete, laneD, lost: lost ?? null }));
    this.#lost = undefined;
  }

  gap(lost: Lost): Promise<void> {
    this.#lost = this.#lost ? { ...lost, from: this.#lost.from, pieces: lost.pieces + this.#lost.pieces } : lost;
    return Promise.resolve();
  }

  /** When everything that there is was handed over. */
  async idle(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    await this.#module.flush?.();
  }

  async close(): Promise<void> {
    await this.idle();
    await this.#module.close?.();
  }
}
