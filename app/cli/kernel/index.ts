import type { Command } from 'commander';
import type { Io } from '../io.js';
import { auditVerb } from './audit.js';
import { dumpVerb } from './dump.js';
import { replayVerb } from './replay.js';
import { scanPromisesVerb } from './scan-promises.js';
import { objectsVerb, promisesVerb, statsVerb, vatsVerb, vatVerb } from './tables.js';
import { addKernelVerb } from './verb.js';

export function addKernel(program: Command, io: Io): void {
  const kernel = program.command('kernel')
    .description('looks into the kernel of a home, whether its node runs or not, and changes nothing')
    .addHelpText('after', '\nExample:\n  windlass kernel audit');
  for (const verb of [vatsVerb, vatVerb, promisesVerb, objectsVerb, statsVerb, dumpVerb, auditVerb, scanPromisesVerb, replayVerb]) addKernelVerb(kernel, io, verb);
}
