import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addAddAccount } from './add-account.js';
import { addCollectGentxs } from './collect-gentxs.js';
import { addGentx } from './gentx.js';
import { addValidate } from './validate.js';

export function addGenesis(program: Command, io: Io): void {
  const genesis = program.command('genesis').description('change or check the genesis of a home before its first block');
  addAddAccount(genesis, io);
  addGentx(genesis, io);
  addCollectGentxs(genesis, io);
  addValidate(genesis, io);
}
