/** `kernel replay`: does a vat's transcript happen again on this machine? In a worker of its own; the store is not touched. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineMissing, Kernel, keys, makeXsnapWorkerFactory, ReplayMismatch, SnapshotUnusable } from '../../../kernel/index.js';
import { BlobStore } from '../../blobs.js';
import { BundleUnusable, installedBundles } from '../../installed-bundles.js';
import { HeapFiles } from '../../snapshots/heap-files.js';
import { CliFailure, exitCodes, ReportedFailure } from '../failure.js';
import { showProgress } from '../progress.js';
import { knownVatArg, vatArg, type KernelAnswer, type KernelVerb } from './verb.js';

export const replayVerb: KernelVerb = {
  usage: 'replay <vat>',
  description: 'runs a vat\'s current span again in a fresh worker and compares everything; exits 70 when it goes another way',
  example: 'windlass kernel replay v1',
  wants: ([id]) => ({ prefixes: ['v.', 'vd.', keys.transcriptOf(vatArg(id))] }),
  answer: async (store, [id], _flags, { io, paths }) => {
    const vat = knownVatArg(store, id);
    const workers = makeXsnapWorkerFactory();
    const temporary = mkdtempSync(join(tmpdir(), 'windlass-replay-'));
    const blobs = join(paths.data, 'blobs');
    let deliveries = 0;
    const kernel = new Kernel({
      storage: store.rows, workers, engine: workers.engineId, bundles: installedBundles(new BlobStore(blobs)), maxVatsOnline: 1,
      snapshots: new HeapFiles(blobs, workers.baseSnapshot, temporary),
      onReplay: (_vat, done, total) => {
        deliveries = total;
        if (total > 0) showProgress(io, `replaying ${vat}`, done, total);
      },
    });
    try {
      await kernel.warehouse.bringBack(vat);
      return { json: { vat, same: true, deliveries }, text: `${vat} did again what its transcript says, ${deliveries} deliveries\n` };
    } catch (error) {
      return differs(error);
    } finally {
      await kernel.shutdown();
      rmSync(temporary, { recursive: true, force: true });
    }
  },
};

function differs(error: unknown): KernelAnswer {
  if (error instanceof EngineMissing || error instanceof BundleUnusable || error instanceof SnapshotUnusable) throw new CliFailure(error.message, { cause: error });
  if (!(error instanceof ReplayMismatch)) throw error;
  const { vat, delivery, syscall, recorded, replayed } = error;
  return {
    json: { vat, same: false, delivery, syscall: syscall ?? null, recorded, replayed },
    text: `${error.message}\n`,
    failure: new ReportedFailure(exitCodes.diverged),
  };
}
