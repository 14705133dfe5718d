import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addQueryVerb, askKernel } from './verb.js';

export function addVat(query: Command, io: Io): void {
  addQueryVerb(query, io, {
    usage: 'vat <vat-id>',
    description: 'one vat: its state, its code, what it used',
    example: 'windlass query vat v12',
    ask: (rpc, [vatId]) => askKernel(rpc, 'Vat', { vatId: vatId ?? '' }),
  });
}
