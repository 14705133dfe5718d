/** Takes a base snapshot in the folder argv[2], in whatever surroundings it is started, and says its SHA-256. */
import { makeXsnapWorkerFactory } from '../../kernel/vat/worker-xsnap.js';

process.stdout.write(makeXsnapWorkerFactory({ baseSnapshotFolder: process.argv[2]! }).engineId);
