/** Where this chain answers otherwise than the SDK, on purpose. Each has its line in docs/sdk-differences.md. */
import type { BlockAnswer, TxAnswer } from './story.js';

export type Said = Pick<TxAnswer, 'code' | 'log'>;

/** By story and what the tx is for: our own answer. */
export const ownAnswers: Readonly<Record<string, Said>> = {
  'governance: deposit: unknown proposal': { code: 'gov/2', log: 'failed to execute message; message index: 0: proposal 77 doesn\'t exist: unknown proposal' },
  'governance: cancel: unknown proposal': { code: 'gov/2', log: 'failed to execute message; message index: 0: proposal 77 doesn\'t exist: unknown proposal' },
};

/** What needs no state is refused before ante, so that no message has failed yet: the text lacks the opening. */
export const withoutOpening = ({ code, log }: Said): Said => ({ code, log: log.replace(/^failed to execute message; message index: \d+: /, '') });

/**
 * A block without fees moves nothing and tells nothing of rewards, where the SDK tells of empty amounts. Takes those events off: a transfer of nothing to
 * distribution, which are four events, and rewards and commissions of nothing.
 */
export function withoutEmptyRewards(events: BlockAnswer['events']): BlockAnswer['events'] {
  const at = events.findIndex(event => /^coin_spent spender=\S+ amount= mode=BeginBlock$/.test(event));
  if (at < 0) return events;
  return [...events.slice(0, at), ...events.slice(at + 4).filter(event => !/^(commission|rewards) amount= .* mode=BeginBlock$/.test(event))];
}
