import type { Command } from 'commander';
import type { Io } from '../io.js';
import { oneCoin } from './resume-vat.js';
import { addTxVerb, kernelMessage, uint64 } from './verb.js';

export function addRequestQuota(tx: Command, io: Io): void {
  addTxVerb<[string, string], { maxPrice?: string }>(tx, io, {
    usage: 'request-quota <dimension> <amount>',
    description: 'raise a limit of your account, at the price of the parameters: vats, zombies, worker_memory, compute, storage_bytes, bundle_bytes',
    example: 'windlass tx request-quota storage_bytes 1073741824 --max-price 1000uwind --from dev0 --wait --yes',
    flags: command => command.option('--max-price <coin>', 'the most that it may cost you; what is over goes back'),
    message: (signer, [dimension, amount], { maxPrice }) =>
      kernelMessage('MsgRequestQuota', { account: signer, dimension, amount: uint64('<amount>', amount), maxPrice: maxPrice === undefined ? undefined : oneCoin(maxPrice) }),
  });
}
