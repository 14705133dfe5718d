import type { Command } from 'commander';
import { addGovTx } from '../gov/tx.js';
import type { Io } from '../io.js';
import { addCreateVat } from './create-vat.js';
import { addDistribution } from './distribution.js';
import { addDrop } from './drop.js';
import { addGrant } from './grant.js';
import { addInstallBundle } from './install-bundle.js';
import { addInvoke } from './invoke.js';
import { addRename } from './rename.js';
import { addSend } from './send.js';
import { addRequestQuota } from './request-quota.js';
import { addResumeVat } from './resume-vat.js';
import { addSlashing } from './slashing.js';
import { addStakingTx } from './staking.js';
import { addTerminateVat } from './terminate-vat.js';
import { addUpgrade } from './upgrade.js';
import { addUpgradeVat } from './upgrade-vat.js';

const verbs = [addSend, addInstallBundle, addCreateVat, addInvoke, addUpgradeVat, addTerminateVat, addResumeVat, addRequestQuota, addGrant, addRename, addDrop, addDistribution, addSlashing, addStakingTx, addGovTx, addUpgrade];

export function addTx(program: Command, io: Io): void {
  const tx = program.command('tx').description('sign and send a transaction, and wait until it is in a block');
  for (const add of verbs) add(tx, io);
}
