/** The slogs of two nodes that differ in one crank, of a size that one likes, rotated differently. */
import { hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { indexName, writeSlogName } from '../../app/slog/file-names.js';
import { SlogFile } from '../../app/slog/senders/slog-file.js';
import type { Piece } from '../../app/slog/senders/sender.js';

export type SlogPair = { readonly a: string; readonly b: string; readonly files: readonly string[]; /** The crank in which they differ. */ readonly crank: number };

const cranksPerBlock = 64;
/** About, with its part of what begins and ends a block. */
const bytesPerCrank = 2200;
/** The difference is near the end: what comes before it has to be gone through. */
const faultShare = 0.97;

/** Writes `a` and `b` below the folder, of about so many bytes each; plain, with indexes. */
export function makeSlogPair(folder: string, bytes: number): SlogPair {
  const blocks = Math.max(2, Math.round(bytes / (bytesPerCrank * cranksPerBlock)));
  const crank = Math.max(1, Math.floor(blocks * cranksPerBlock * faultShare));
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  const files = [...writeSide(a, blocks, undefined, bytes / 4), ...writeSide(b, blocks, crank, bytes / 6)];
  return { a, b, files, crank };
}

export const indexesOf = (pair: SlogPair): string[] => pair.files.map(indexName);

function writeSide(folder: string, blocks: number, fault: number | undefined, fileBytes: number): string[] {
  mkdirSync(folder, { recursive: true });
  const paths: string[] = [];
  let activity = '00'.repeat(32);
  let file: SlogFile | undefined;
  for (let height = 1; height <= blocks; height += 1) {
    file ??= SlogFile.create(join(folder, writeSlogName({ chain: 'bench-1', hour: '20261120T07', first: BigInt(height), part: 1 })), '{"type":"local/note","about":"slog","~":{}}\n');
    const run = runText(height, activity, fault);
    activity = run.activity;
    file.write(pieceOf('run', height, run.text));
    file.write(pieceOf('block', height, blockText(height, activity)));
    if (file.size < fileBytes && height < blocks) continue;
    file.close(false);
    paths.push(file.path);
    file = undefined;
  }
  return paths;
}

function pieceOf(stream: 'run' | 'block', height: number, text: string): Piece {
  const body = Buffer.from(text);
  return {
    stream, height: BigInt(height), attempt: 1, hasStart: true, isComplete: true, laneD: '00'.repeat(16), sequence: BigInt(2 * height), bytes: body.length, bodies: function* bodies() { yield body; },
  };
}

const local = (m: number): string => `"~":{"t":${1_780_000_000 + m},"m":${m}.123456}}\n`;

function runText(height: number, before: string, fault: number | undefined): { readonly text: string; readonly activity: string } {
  const first = (height - 1) * cranksPerBlock;
  let activity = before;
  let text = `{"type":"run-begin","height":"${height}","step":${first},"activity":"${before}",${local(height)}`;
  for (let crank = first + 1; crank <= first + cranksPerBlock; crank += 1) {
    const crankhash = hash('sha256', `${crank} ${crank === fault ? 'faulty' : ''}`);
    activity = hash('sha256', activity + crankhash);
    text += crankText(crank, crank === fault ? 999 : crank, height) + `{"type":"crank-finish","crank":${crank},"crankhash":"${crankhash}","activityhash":"${activity}",${local(height)}`;
  }
  text += `{"type":"run-end","height":"${height}","cranks":${cranksPerBlock},"computrons":"1","step":${first + cranksPerBlock},"activity":"${activity}",${local(height)}`;
  return { text, activity };
}

/** About what a small message makes. */
function crankText(crank: number, balance: number, m: number): string {
  const at = `"crank":${crank},"vat":"v${1 + (crank % 9)}","delivery":${crank}`;
  const end = local(m);
  const padding = hash('sha256', String(crank)).repeat(2);
  return `{"type":"crank-start","crank":${crank},"kind":"crank","from":"queue","vat":"v${1 + (crank % 9)}",${end}`
    + `{"type":"deliver",${at},"vd":["message","o+0",{"methargs":{"body":"#[\\"deposit\\",[\\"+${crank}\\",\\"${padding}\\"]]","slots":["o-51"]},"result":"p-${crank}"}],${end}`
    + `{"type":"syscall",${at},"syscall":0,"vsc":["vatstoreGet","vom.o+d11/${crank}"],${end}`
    + `{"type":"syscall-result",${at},"syscall":0,"vsr":["ok","{\\"balance\\":{\\"body\\":\\"#\\\\\\"+${balance}\\\\\\"\\",\\"slots\\":[]}}"],${end}`
    + [1, 2, 3, 4].map(n => `{"type":"syscall",${at},"syscall":${n},"vsc":["vatstoreSet","vom.o+d${10 + n}/${crank}","{\\"owner\\":{\\"body\\":\\"#\\\\\\"${padding.slice(0, 64)}\\\\\\"\\",\\"slots\\":[]}}"],${end}`).join('')
    + `{"type":"syscall",${at},"syscall":5,"vsc":["resolve",[["p-${crank}",false,{"body":"#\\"+${balance}\\"","slots":[]}]]],${end}`
    + `{"type":"deliver-result",${at},"status":"ok","compute":${30_000 + (crank % 977)},"syscalls":6,"bytes":900,${end}`;
}

function blockText(height: number, activity: string): string {
  const root = hash('sha256', activity);
  return `{"type":"block-begin","height":"${height}","hash":"${root}","txs":3,"txsHash":"${root}","blockTime":"${height}.0",${local(height)}`
    + `{"type":"block-end","height":"${height}","appHash":"${root}","roots":{"kernel":"${root}"},"cranks":${cranksPerBlock},"computrons":"1",${local(height)}`;
}
