import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addTxVerb, kernelMessage } from './verb.js';

export function addRename(tx: Command, io: Io): void {
  addTxVerb<[string, string], object>(tx, io, {
    usage: 'rename <name> <new-name>',
    description: 'give a capability of your c-list another name',
    example: 'windlass tx rename from.17.counter counter --from dev1 --wait --yes',
    message: (signer, [name, newName]) => kernelMessage('MsgRenameCapability', { sender: signer, name, newName }),
  });
}
