/** What workers of a factory are made of: the engine's binary, the supervisor, and how a process gets to have it. */
import { join } from 'node:path';
import { encodeFrame } from './netstring.js';
import type { SupervisorName } from './worker-supervisor.js';
import { readSupervisor } from './worker-supervisor.js';
import type { XsnapBinary } from './xsnap-binary.js';
import { findPublishedXsnap, findXsnapBinary, packageFolder, readStartCode } from './xsnap-binary.js';
import { provideBaseSnapshot, type BaseSnapshot } from './xsnap-base.js';

export type WorkerEngine = {
  readonly binary: string;
  /** `xsnap-<version>+<our revision>:<sha256 of the base snapshot>`; of the published engine `xsnap-<version>`. */
  readonly engineId: string;
  readonly supervisorSha256: string;
  /** The heap that a process starts from. */
  readonly baseSnapshot: BaseSnapshot | undefined;
  /** Commands that a process carries out before it takes a bundle. */
  readonly startFrames: readonly Buffer[];
};

export type WorkerEngineOptions = {
  /**
   * Default `own`: frames of syscalls, E.sendOnly, bounded nesting, starts from a base snapshot. `published` is the
   * ecosystem's, started cold: for comparison.
   */
  readonly supervisor?: SupervisorName;
  /** Where base snapshots are kept. Default: in the package, beside the compiled supervisor. */
  readonly baseSnapshotFolder?: string;
  /** Default: our engine; with the published supervisor the published one. */
  readonly binary?: XsnapBinary;
};

/** What lockdown and supervisor do at a cold start is ours: it runs with the meter off. */
const meterOff = 'resetMeter(0, 0);\n';

/** Reads and checks everything once; takes the base snapshot if this machine has none yet. Throws an Error that says what to do. */
export function prepareEngine({ supervisor: which = 'own', baseSnapshotFolder, binary = which === 'own' ? findXsnapBinary() : findPublishedXsnap() }: WorkerEngineOptions): WorkerEngine {
  const supervisor = readSupervisor(which);
  const sources = [readStartCode('lockdown').source, supervisor.source];
  const common = { binary: binary.path, supervisorSha256: supervisor.sha256 };
  if (which === 'published') {
    return { ...common, engineId: binary.engineId, baseSnapshot: undefined, startFrames: sources.map(source => encodeFrame('e', meterOff + source)) };
  }
  const base = provideBaseSnapshot({ binary: binary.path, sources }, baseSnapshotFolder ?? join(packageFolder(), 'dist/kernel/worker/base'));
  return { ...common, engineId: `${binary.engineId}:${base.sha256}`, baseSnapshot: base, startFrames: [encodeFrame('R', '')] };
}
