/** A kernel's and a chain's part of recording, played by hand: heights with cranks of any size, without a kernel. */
import { hash } from 'node:crypto';
import { filesIn, type RecorderFiles } from '../../app/recorder/files.js';
import type { Recorder } from '../../app/recorder/recorder.js';
import { asVatId, type VatId } from '../../kernel/index.js';

const sha = (text: string): string => hash('sha256', text, 'hex');
const vatOf = (crank: number): VatId => asVatId(`v${1 + (crank % 5)}`) as VatId;

export type PlayedHeight = {
  readonly height: bigint;
  readonly firstCrank: number;
  readonly cranks: number;
  /** Characters of the message of a crank. */
  readonly sizeOf?: (crank: number) => number;
  /** Ends there, as a kill would. */
  readonly until?: 'run' | 'block' | 'commit';
};

/** One crank with a message of so many characters, as the kernel tells it. */
export function playCrank(recorder: Recorder, crank: number, size: number): void {
  const vat = vatOf(crank);
  recorder.record({ type: 'round', items: [{ after: 0, vat, position: crank, kind: 'message' }] });
  recorder.record({ type: 'returned', vat });
  recorder.record({ type: 'crank', from: 'queue', vat });
  recorder.record({
    type: 'delivery', vat, position: crank, meterTimes: 1,
    delivery: ['message', 'o+0', { methargs: { body: `#["go",["${'x'.repeat(size)}"]]`, slots: [] }, result: null }],
    outcome: { verdict: { kind: 'ok' }, computrons: 40_000, recordedBytes: 60, syscalls: [{ s: ['vatstoreGet', `k${crank}`], r: ['ok', 'old'] }, { s: ['vatstoreSet', `k${crank}`, 'new'], r: ['ok', null] }] },
  });
  recorder.record({
    type: 'step', step: { number: crank, kind: 'crank', hash: sha(`step ${crank}`), activity: sha(`activity ${crank}`) },
    changes: [{ key: `vs.a1.k${crank}`, before: 'old', after: 'new' }, { key: 'vd.a1', before: 'y'.repeat(200), after: 'z'.repeat(200) }], hashes: new Map([[1, sha('z')]]),
  });
}

export function playHeight(recorder: Recorder, { height, firstCrank, cranks, sizeOf = () => 200, until = 'commit' }: PlayedHeight): void {
  recorder.beginRun(height, { step: firstCrank - 1, activity: sha(`activity ${firstCrank - 1}`) }, 'commit');
  for (let crank = firstCrank; crank < firstCrank + cranks; crank += 1) playCrank(recorder, crank, sizeOf(crank));
  if (until === 'run') return;
  const last = firstCrank + cranks - 1;
  recorder.endRun({ cranks, computrons: 40_000n * BigInt(cranks), step: last, activity: sha(`activity ${last}`) });
  recorder.beginBlock({ height, hash: sha(`block ${height}`), txs: 0, txsHash: sha(''), blockTime: '1.000000000' });
  if (until === 'block') return;
  recorder.endBlock({ appHash: sha(`app ${height}`), roots: { bank: sha(`bank ${height}`) }, cranks, computrons: 40_000n * BigInt(cranks) });
  recorder.committed(height);
}

export type FillableFiles = RecorderFiles & {
  isFull: boolean;
  /** It is full from this write on. */
  fullAfter: number;
  writes: number;
  /** Names of segments, as they are written to and synced. */
  readonly written: string[];
  readonly synced: string[];
};

/** A disk that can be full: then it takes no byte more, neither in a file that is there nor in a new one. */
export function fillableFiles(folder: string): FillableFiles {
  const real = filesIn(folder);
  const check = (): void => {
    disk.writes += 1;
    if (disk.isFull || disk.writes > disk.fullAfter) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  const guarded = (name: string, file: ReturnType<RecorderFiles['open']>): typeof file => ({
    ...file,
    write: (data, at) => {
      check();
      disk.written.push(name);
      file.write(data, at);
    },
    sync: () => {
      disk.synced.push(name);
      file.sync();
    },
  });
  const disk: FillableFiles = {
    ...real,
    isFull: false,
    fullAfter: Infinity,
    writes: 0,
    written: [],
    synced: [],
    open: name => guarded(name, real.open(name)),
    create: (name, bytes) => {
      check();
      return guarded(name, real.create(name, bytes));
    },
  };
  return disk;
}
