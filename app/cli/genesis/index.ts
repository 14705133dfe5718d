import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addAddAccount } from './add-account.js';
import { addValidate } from './validate.js';

export function addGenesis(program: Command, io: Io): void {
  const genesis = program.command('genesis').description('change or check the genesis of a home before its first block');
  addAddAccount(genesis, io);
  addValidate(genesis, io);
}
