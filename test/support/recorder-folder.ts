/** Recorder folders made up for tests: blocks of synthetic cranks, written as a node would, without a node. */
import { hash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFrame, LaneHash, laneDText, segmentName, writeLine, type Line, type Stream } from '../../app/recorder/index.js';

export type SyntheticBlock = {
  readonly height: bigint;
  /** Number of the first crank. */
  readonly firstCrank: number;
  readonly cranks: number;
  /** Activity hash before it, hex. */
  readonly before: string;
  /** From 1; default 1. */
  readonly attempt?: number;
  /** What a test changes: given each line, answers with the one to write, or with none. */
  readonly change?: (line: Line) => Line | undefined;
  /** Stops after so many cranks, as a kill does. */
  readonly cutAfter?: number;
};

const sha = (text: string): string => hash('sha256', text, 'hex');

/** The lines of one crank: a message to `v<n>` that reads, writes and answers. */
export function syntheticCrank(crank: number, before: string): readonly Line[] {
  const vat = `v${1 + (crank % 7)}`;
  const at = { crank, vat, delivery: Math.floor(crank / 7) };
  const crankhash = sha(`crank ${crank}`);
  return [
    { type: 'crank-start', crank, kind: 'crank', from: 'queue', vat },
    { type: 'deliver', ...at, vd: ['message', 'o+0', { methargs: { body: `#["poke",[${crank},"${'x'.repeat(crank % 90)}"]]`, slots: [] }, result: `p-${60 + crank}` }] },
    { type: 'syscall', ...at, syscall: 0, vsc: ['vatstoreGet', `vom.o+d6/${crank}`] },
    { type: 'syscall-result', ...at, syscall: 0, vsr: ['ok', `{"balance":{"body":"#\\"+${crank}\\"","slots":[]}}`] },
    { type: 'syscall', ...at, syscall: 1, vsc: ['vatstoreSet', `vom.o+d6/${crank}`, `{"balance":{"body":"#\\"+${crank + 1}\\"","slots":[]}}`] },
    { type: 'syscall', ...at, syscall: 2, vsc: ['resolve', [[`p-${60 + crank}`, false, { body: '#"#undefined"', slots: [] }]]] },
    { type: 'deliver-result', ...at, status: 'ok', compute: 30_000 + (crank % 1000), syscalls: 3, bytes: 200 },
    { type: 'kv', crank, rows: `[["set","vs.a1.vom.o+d6/${crank}","+${crank + 1}"],["hash","vd.a1","${sha(`progress ${crank}`)}"]]` },
    { type: 'crank-finish', crank, crankhash, activityhash: sha(before + crankhash) },
  ];
}

/** Both streams of a block. `after` is the activity hash that the next block goes on from. */
export function syntheticStreams(block: SyntheticBlock): { readonly run: readonly Line[]; readonly block: readonly Line[]; readonly after: string } {
  const { height, firstCrank, cranks, before, change = line => line } = block;
  let activity = before;
  const run: Line[] = [{ type: 'run-begin', height, step: firstCrank - 1, activity }];
  for (let n = 0; n < cranks && n < (block.cutAfter ?? cranks); n += 1) {
    for (const line of syntheticCrank(firstCrank + n, activity)) {
      const changed = change(line);
      if (changed) run.push(changed);
      if (changed?.type === 'crank-finish') activity = changed.activityhash;
    }
  }
  const roots = { bank: sha(`bank ${height}`), kernel: sha(`kernel ${activity}`) };
  const begun: Line = { type: 'block-begin', height, hash: sha(`block ${height}`), txs: 0, txsHash: sha(''), blockTime: `${1_700_000_000n + height}.0` };
  if (block.cutAfter !== undefined) return { run, block: [begun], after: activity };
  run.push({ type: 'run-end', height, cranks, computrons: BigInt(cranks) * 30_000n, step: firstCrank + cranks - 1, activity });
  const ended = [begun, { type: 'block-end' as const, height, appHash: sha(JSON.stringify(roots)), roots, cranks, computrons: BigInt(cranks) * 30_000n }];
  return { run, block: ended.flatMap(line => change(line) ?? []), after: activity };
}

export type FolderOptions = {
  readonly segmentBytes?: number;
  /** The wall clock of the first line, in seconds, and how much later the next is. */
  readonly from?: number;
  readonly each?: number;
  /** The first frame's sequence. */
  readonly sequence?: bigint;
};

/** Writes a folder of segments; a frame a crank. Blocks come in the order given. */
export function makeRecorderFolder(folder: string, blocks: readonly SyntheticBlock[], options: FolderOptions = {}): void {
  const { segmentBytes = 8 * 1024 * 1024, from = 1_780_000_000, each = 0.001 } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let sequence = options.sequence ?? 1n;
  let time = from;
  let segment: Buffer[] = [];
  let [size, count] = [0, 0];
  const close = (): void => {
    const bytes = Buffer.concat(segment);
    writeFileSync(join(folder, segmentName(count)), Buffer.concat([bytes, Buffer.alloc(Math.max(0, segmentBytes - bytes.length))]));
    [segment, size, count] = [[], 0, count + 1];
  };
  const put = (frame: Buffer): void => {
    if (size + frame.length > segmentBytes) close();
    segment.push(frame);
    size += frame.length;
  };
  const writeStream = (stream: Stream, { height, attempt = 1 }: SyntheticBlock, lines: readonly Line[]): void => {
    const lane = new LaneHash();
    let [body, entries, crankNum, isFirst] = ['', 0, 0n, true];
    for (const line of lines) {
      const isBegin = line.type === 'run-begin' || line.type === 'block-begin';
      const isLast = line.type === 'run-end' || line.type === 'block-end';
      lane.add(line.type, laneDText(line).slice(0, -1));
      body += writeLine(line, { t: Math.round(time * 1000) / 1000, m: Math.round((time - from) * 1000) / 1000, ...(isBegin ? { attempt } : {}), ...(isLast ? { lane: lane.hex } : {}) });
      entries += 1;
      time += each;
      if ('crank' in line) crankNum = BigInt(line.crank);
      if (line.type !== 'crank-finish' && !isLast && !isBegin) continue;
      put(encodeFrame({ sequence, stream, height, attempt, crankNum, entries, lane: lane.hex, isFirst, isLast, isThinned: false }, Buffer.from(body)));
      sequence += 1n;
      [body, entries, isFirst] = ['', 0, false];
    }
  };
  for (const block of blocks) {
    const streams = syntheticStreams(block);
    writeStream('run', block, streams.run);
    writeStream('block', block, streams.block);
  }
  close();
}

/** So many blocks one after another, from height 1, crank 1 and no activity. */
export function syntheticChain(count: number, cranks: number, each: (block: SyntheticBlock) => SyntheticBlock = block => block): SyntheticBlock[] {
  const blocks: SyntheticBlock[] = [];
  let before = '00'.repeat(32);
  for (let n = 0; n < count; n += 1) {
    const block = each({ height: BigInt(n + 1), firstCrank: 1 + n * cranks, cranks, before });
    blocks.push(block);
    before = syntheticStreams(block).after;
  }
  return blocks;
}
