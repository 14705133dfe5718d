import type { Command } from 'commander';
import { addGovQuery } from '../gov/query.js';
import type { Io } from '../io.js';
import { addAccount } from './account.js';
import { addAction } from './action.js';
import { addBalances } from './balances.js';
import { addBlock } from './block.js';
import { addBundle } from './bundle.js';
import { addCapabilities } from './capabilities.js';
import { addDistribution } from './distribution.js';
import { addProvisioning } from './provisioning.js';
import { addPublished } from './published.js';
import { addSlashing } from './slashing.js';
import { addStakingQueries } from './staking.js';
import { addTxQuery } from './tx.js';
import { addUpgradeQueries } from './upgrade.js';
import { addVat } from './vat.js';
import { addVats } from './vats.js';

const verbs = [addAccount, addBalances, addTxQuery, addBlock, addAction, addCapabilities, addVats, addVat, addBundle, addPublished, addProvisioning, addDistribution, addSlashing, addStakingQueries, addGovQuery, addUpgradeQueries];

/** Answers the `query` command, for parts that add verbs of their own below it. */
export function addQuery(program: Command, io: Io): Command {
  const query = program.command('query').alias('q').description('ask the node about the state of the chain');
  for (const add of verbs) add(query, io);
  return query;
}
