/** `windlass forensics`: what a node saved when it diverged or failed, what peers did instead, and sending it. Nothing is ever sent by itself. */
import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addCollect } from './collect.js';
import { addCompare } from './compare.js';
import { addDump } from './dump.js';
import { addRead } from './read.js';
import { addRerun } from './rerun.js';

export function addForensics(program: Command, io: Io): void {
  const forensics = program.command('forensics').description('incidents of this node: what it saved when it had another result than the chain, or failed')
    .addHelpText('after', '\nExample:\n  windlass forensics ls');
  for (const add of [addRead, addDump, addCompare, addCollect, addRerun]) add(forensics, io);
}
