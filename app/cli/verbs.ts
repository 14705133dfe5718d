/** The verbs of `windlass`, in the order of its help. A part that brings a verb adds one line here. */
import type { Command } from 'commander';
import { addForensics } from './forensics/index.js';
import { addGenesis } from './genesis/index.js';
import { addInit } from './init.js';
import type { Io } from './io.js';
import { addKernel } from './kernel/index.js';
import { addKeys } from './keys/index.js';
import { addLocalnet } from './localnet.js';
import { addPreUpgrade } from './pre-upgrade.js';
import { addQuery } from './query/index.js';
import { addRollback } from './rollback.js';
import { addSlog } from './slog/index.js';
import { addSnapshots } from './snapshots.js';
import { addStart } from './start.js';
import { addStatus } from './status.js';
import { addTx } from './tx/index.js';
import { addUpgrade } from './upgrade/index.js';
import { addVersion } from './version.js';
import { addWorkers } from './workers.js';

/** Adds a command to the program; its action throws CliFailure for what is expected to go wrong. */
export type AddVerb = (program: Command, io: Io) => void;

export const verbs: readonly AddVerb[] = [
  addStart, addLocalnet, addInit, addGenesis, addKeys, addTx, addQuery, addKernel, addWorkers, addSnapshots, addSlog, addUpgrade, addRollback, addForensics, addStatus, addPreUpgrade,
  addVersion,
];
