import type { Command } from 'commander';
import type { Io } from '../io.js';
import { uint64 } from '../tx/verb.js';
import { addQueryVerb, askKernel } from './verb.js';

export function addAction(query: Command, io: Io): void {
  addQueryVerb(query, io, {
    usage: 'action <id>',
    description: 'what became of an action: its state and its result',
    example: 'windlass query action 17',
    ask: (rpc, [id]) => askKernel(rpc, 'Action', { actionId: uint64('the action id', id) }),
  });
}
