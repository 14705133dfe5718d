/** Databases of CometBFT that a kill left before they were born. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Logger } from '../../log.js';
import { homePaths } from '../home-files/index.js';

const databases = ['blockstore.db', 'state.db', 'tx_index.db', 'evidence.db'];
/** What goleveldb makes before CURRENT; the first journal, and so the first row, comes after it. */
const madeBeforeBirth = /^(LOCK|LOG|LOG\.old|MANIFEST-\d+|CURRENT\.\d+)$/;

/**
 * Removes the databases in which nothing was ever written because CometBFT was killed while it made them. It would
 * refuse to open them ("database entry point either missing or corrupted"), and a restart must need no hand. A database
 * that has a journal or a table is left as it is, also when its CURRENT is lost. To be called while no CometBFT runs on the home.
 */
export function removeUnbornDatabases(home: string, log: Logger): void {
  const data = dirname(homePaths(home).privValidatorState);
  for (const name of databases) {
    const folder = join(data, name);
    if (!existsSync(folder)) continue;
    const files = readdirSync(folder);
    if (files.length === 0 || !files.every(file => madeBeforeBirth.test(file))) continue;
    rmSync(folder, { recursive: true });
    log.warn({ database: name }, 'CometBFT was killed while it made this database; it holds nothing and is made anew');
  }
}
