import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addRehearse } from './rehearse.js';
import { addRehearseCopy } from './rehearse-copy.js';

export function addUpgrade(program: Command, io: Io): void {
  const upgrade = program.command('upgrade')
    .description('tries out on a copy what an upgrade of the network will do')
    .addHelpText('after', '\nExample:\n  windlass upgrade rehearse --plan v2 --with ../windlass-v2');
  addRehearse(upgrade, io);
  addRehearseCopy(upgrade, io);
}
