import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addTxVerb, kernelMessage } from './verb.js';

export function addDrop(tx: Command, io: Io): void {
  addTxVerb<[string], object>(tx, io, {
    usage: 'drop <name>',
    description: 'remove a capability from your c-list; an object that nobody holds is collected',
    example: 'windlass tx drop counter --from dev0 --wait --yes',
    message: (signer, [name]) => kernelMessage('MsgDropCapability', { sender: signer, name }),
  });
}
