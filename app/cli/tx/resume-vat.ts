import type { Command } from 'commander';
import { parseCoins } from '../coins.js';
import { UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { addTxVerb, kernelMessage, uint64 } from './verb.js';

export function addResumeVat(tx: Command, io: Io): void {
  addTxVerb<[string], { addCompute?: string; maxPrice?: string }>(tx, io, {
    usage: 'resume-vat <vat-id>',
    description: 'buy compute for a vat that has spent its balance, and let it run: the messages that waited are delivered',
    example: 'windlass tx resume-vat v12 --add-compute 50000000 --max-price 50uwind --from dev0 --wait --yes',
    flags: command => command
      .option('--add-compute <n>', 'computrons to be added to what it may spend')
      .option('--max-price <coin>', 'the most that they may cost you; what is over goes back'),
    message: (signer, [vatId], { addCompute, maxPrice }) =>
      kernelMessage('MsgResumeVat', { owner: signer, vatId, addCompute: uint64('--add-compute', addCompute), maxPrice: maxPrice === undefined ? undefined : oneCoin(maxPrice) }),
  });
}

/** Throws UsageFailure unless the text is one coin. */
export function oneCoin(text: string): { denom: string; amount: string } {
  const [coin, ...others] = parseCoins(text, '--max-price');
  if (!coin || others.length > 0) throw new UsageFailure(`--max-price ${text} is not one coin`, 'Write it as 50uwind.');
  return coin;
}
