/** `kernel scan-promises`: settled promises that are left in c-lists though nobody will be told of them (design 5.7). */
import { countByVat, findLeakedPromises, repairWork, type LeakedPromise } from '../../../kernel/index.js';
import { table } from './table.js';
import type { KernelVerb } from './verb.js';

export const scanPromisesVerb: KernelVerb = {
  usage: 'scan-promises',
  description: 'finds settled promises that vats keep for ever; reads only, and says what their repair would cost',
  example: 'windlass kernel scan-promises --json',
  flags: command => command.option('--json', 'the same as --output json'),
  wants: () => 'promises',
  answer: ({ rows, reads, milliseconds }, _args, _flags, { io }) => {
    const before = io.now();
    const leaked = findLeakedPromises(rows);
    const seconds = Number(((milliseconds + io.now() - before) / 1000).toFixed(3));
    const byVat = countByVat(leaked);
    const repair = repairWork(leaked, reads);
    return {
      json: { pairs: leaked.map(({ vat, promise, state, isOfTerminated }) => ({ vat, promise, state, terminated: isOfTerminated })), byVat, reads, seconds, repair },
      text: [
        ...(leaked.length === 0 ? [] : [table(['VAT', 'PROMISE', 'STATE'], leaked.map(({ vat, promise, state }) => [vat, promise, state])), '\n']),
        ...(leaked.length === 0 ? [] : [table(['VAT', 'ENTRIES'], Object.entries(byVat)), '\n']),
        `${countText(leaked)}\n`,
        `${reads} rows read in ${seconds} s\n`,
        ...(leaked.length === 0 ? [] : [`an upgrade of the schema would repair it with ${repair.reads} reads and ${repair.writes} writes, and ${leaked.length} items for the runs after it\n`]),
      ].join(''),
    };
  },
};

function countText(leaked: readonly LeakedPromise[]): string {
  const ended = leaked.filter(({ isOfTerminated }) => isOfTerminated).length;
  const text = `${leaked.length} settled promises are left in c-lists`;
  return ended === 0 ? text : `${text}; ${ended} of them in those of terminated vats, whose cleanup removes them too`;
}
