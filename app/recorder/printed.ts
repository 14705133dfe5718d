/** What vats print while they carry out a delivery: the same on all nodes in theory, in no hash, and among the first to betray an engine that is not. */
import { createHash, type Hash } from 'node:crypto';

/** Of `deliver-result`, beside lane D: how many lines, the first half of their sha256, and how they begin. */
export type PrintedSoft = { readonly console: number; readonly consoleHash: string; readonly consoleText: string };

type Said = { lines: number; text: string; readonly hash: Hash };

/** Characters that are kept as they are. */
const textMax = 500;

export class Printed {
  readonly #saying = new Map<string, Said>();
  readonly #said = new Map<string, Said>();

  /** What a worker says from now on is of its next delivery: what it said before was of its start, or of deliveries that were replayed. */
  begin(vat: string): void {
    this.#saying.delete(vat);
  }

  add(vat: string, level: string, text: string): void {
    const said = this.#saying.get(vat) ?? { lines: 0, text: '', hash: createHash('sha256') };
    const line = `${level}: ${text}\n`;
    said.lines += 1;
    said.hash.update(line);
    if (said.text.length < textMax) said.text += line.slice(0, textMax - said.text.length);
    this.#saying.set(vat, said);
  }

  /** The worker has done its delivery: what it says until the next one begins is not of this one. */
  returned(vat: string): void {
    const said = this.#saying.get(vat);
    this.#saying.delete(vat);
    if (said) this.#said.set(vat, said);
    else this.#said.delete(vat);
  }

  /** Of the delivery that is recorded; undefined when nothing was printed. */
  take(vat: string): PrintedSoft | undefined {
    const said = this.#said.get(vat);
    this.#said.delete(vat);
    return said && { console: said.lines, consoleHash: said.hash.digest('hex').slice(0, 32), consoleText: said.text };
  }

  /** A run begins: nothing is left of another. */
  clear(): void {
    this.#saying.clear();
    this.#said.clear();
  }
}
