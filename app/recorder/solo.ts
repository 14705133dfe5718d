/**
 * The flight recorder of a kernel without a chain. What a host commits stands in the place of a block; nobody else has executed it, so that nothing waits
 * to be agreed. What is recorded is all that contracts say to each other: on a chain that is public, here it is private, and so are these files.
 */
import { activityHash, stepNumber, type ControllerStorage, type KernelEntry, type RecordHook } from '../../kernel/index.js';
import { readFrames } from './reader.js';
import { Recorder, type RecorderOptions, type RecorderStatus } from './recorder.js';

export type SoloRecorderOptions = Pick<RecorderOptions, 'folder' | 'segments' | 'segmentBytes' | 'fsync' | 'onTrouble' | 'onRecovered'> & {
  /** What the host calls its version; attempts of another one are not compared. */
  readonly release?: string;
};

export type SoloRecorder = {
  /** For `makeController(storage, { record })`. */
  readonly record: RecordHook;
  /** For its `onConsole`: what vats print is recorded too. */
  readonly console: (vatId: string, level: string, text: string) => void;
  readonly status: RecorderStatus;
  /** Directly after `storage.commit()`: what was recorded before it is one height. */
  committed(): void;
  close(): void;
};

/** Opens a folder over a storage, which may have been recorded there before: heights go on after the last one. Never throws for the disk. */
export function openSoloRecorder({ rows }: Pick<ControllerStorage, 'rows'>, options: SoloRecorderOptions): SoloRecorder {
  const recorder = new Recorder({ release: 'solo', overflowBytes: 0, ...options });
  let height = lastHeight(options.folder);
  let isOpen = false;
  let cranks = 0;
  let before = { step: stepNumber(rows), activity: activityHash(rows) };
  recorder.open({ height, confirmed: height });
  return {
    get status() {
      return recorder.status;
    },
    record: (entry: KernelEntry) => {
      if (!isOpen && isOfAStep(entry)) {
        recorder.beginRun(height + 1n, before, 'start');
        isOpen = true;
      }
      if (entry.type === 'step' && entry.step.kind === 'crank') cranks += 1;
      recorder.record(entry);
    },
    console: recorder.console,
    committed: () => {
      if (!isOpen) return;
      before = { step: stepNumber(rows), activity: activityHash(rows) };
      recorder.endRun({ cranks, computrons: 0n, ...before });
      height += 1n;
      [isOpen, cranks] = [false, 0];
      recorder.committed(height);
      recorder.confirm(height);
    },
    close: () => { recorder.close('the host closes it'); },
  };
}

function isOfAStep({ type }: KernelEntry): boolean {
  return type !== 'worker-start' && type !== 'worker-end' && type !== 'returned';
}

function lastHeight(folder: string): bigint {
  let last = 0n;
  for (const { height } of readFrames(folder)) if (height > last) last = height;
  return last;
}
