import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addTxVerb, kernelMessage } from './verb.js';

export function addTerminateVat(tx: Command, io: Io): void {
  addTxVerb<[string], { reason: string }>(tx, io, {
    usage: 'terminate-vat <vat-id>',
    description: 'end a vat for good: its objects die, its promises are rejected, its purses go to you',
    example: 'windlass tx terminate-vat v12 --reason "no longer needed" --from dev0 --wait --yes',
    flags: command => command.option('--reason <text>', 'what those hear who wait for its promises', ''),
    message: (signer, [vatId], { reason }) => kernelMessage('MsgTerminateVat', { owner: signer, vatId, reason }),
  });
}
