import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UsageFailure } from '../failure.js';
import { encodeMessage, type JsonMessage } from '../gov/proposal-file.js';
import type { Io } from '../io.js';
import { usageTable } from './usage-table.js';
import { addQueryVerb, addressOfArg, askKernel } from './verb.js';

export function addProvisioning(query: Command, io: Io): void {
  const provisioning = query.command('provisioning').description('what accounts, vats and the chain use of their limits');
  addQueryVerb(provisioning, io, {
    usage: 'usage <account>',
    description: 'what an account uses of its limits; an address, a name of the keyring, a vat, or chain',
    example: 'windlass query provisioning usage dev0 --rows',
    flags: command => command.option('--rows', 'every charge, too: token, amounts, height and cause'),
    text: usageTable,
    ask: (rpc, [account = ''], settings, flags) => askKernel(rpc, 'Usage', { account: addressOfArg(settings, account), rows: flags['rows'] !== undefined }),
  });
  addQueryVerb(provisioning, io, {
    usage: 'explain <file>',
    description: 'whether the messages of a transaction would find room now, and what is in the way; nothing is sent',
    example: 'windlass query provisioning explain tx.json',
    ask: (rpc, [file = '']) => askKernel(rpc, 'Explain', { messages: messagesIn(file).map(encodeMessage) }),
  });
  addQueryVerb(provisioning, io, {
    usage: 'capacity',
    description: 'what all use of what the chain has, and what was promised to accounts by name',
    example: 'windlass query provisioning capacity',
    ask: rpc => askKernel(rpc, 'Capacity', {}),
  });
  addQueryVerb(provisioning, io, {
    usage: 'history <token>',
    description: 'what became of a charge: held, spent or unused',
    example: 'windlass query provisioning history run.v7.1',
    ask: (rpc, [token = '']) => askKernel(rpc, 'History', { token }),
  });
}

/** Messages in proto-JSON: a list, or a transaction with `messages` or `body.messages`. */
function messagesIn(file: string): readonly JsonMessage[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageFailure(`${file}: ${error instanceof Error ? error.message : String(error)}`, 'Give a file with a transaction in JSON.');
  }
  const { messages, body } = (json ?? {}) as { messages?: unknown; body?: { messages?: unknown } };
  const found = Array.isArray(json) ? json : (messages ?? body?.messages);
  if (!Array.isArray(found)) throw new UsageFailure(`${file} has no messages`, 'Write {"messages":[{"@type":"/windlass.kernel.v1.MsgCreateVat", …}]}.');
  return found as readonly JsonMessage[];
}
