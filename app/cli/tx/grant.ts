import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addTxVerb, addressOrKey, kernelMessage } from './verb.js';

export function addGrant(tx: Command, io: Io): void {
  addTxVerb<[string, string, string], object>(tx, io, {
    usage: 'grant <name> <recipient> <save-as>',
    description: 'copy a capability into another account\'s c-list, where it is called from.<action id>.<save-as>; it cannot be taken back',
    example: 'windlass tx grant counter dev1 counter --from dev0 --wait --yes',
    message: (signer, [name, recipient, saveAs], _flags, session) =>
      kernelMessage('MsgGrantCapability', { sender: signer, name, recipient: addressOrKey(session, 'the recipient', recipient), saveAs }),
  });
}
