/** What is true of distribution at every moment between two messages. Each is a function that says what is wrong, or nothing. */
import { coinsText } from '../../coins.js';
import { addDecCoins, decAmountOf, decCoinsText, splitDecCoins, type DecCoins } from '../../dec-coins.js';
import type { AuthKeeper } from '../auth/index.js';
import type { Readable } from '../state.js';
import { distributionModule } from './errors.js';
import { periodEndNow } from './periods.js';
import { rewardsUntil, type DistributionParts } from './rewards.js';

type Parts = DistributionParts & { readonly auth: AuthKeeper };

/** The module's account holds exactly what is outstanding, and the community pool. */
export function holdingsAreTheBalance({ rows, bank, auth }: Parts, state: Readable): string | undefined {
  const held = rows.outstanding.all(state).reduce<DecCoins>((sum, { value }) => addDecCoins(sum, value), rows.pool(state));
  const { whole, rest } = splitDecCoins(held);
  const balance = coinsText(bank.balances(state, auth.moduleAddress(distributionModule)));
  return rest.length === 0 && coinsText(whole) === balance ? undefined : `outstanding rewards and pool are ${decCoinsText(held)}, the account has ${balance}`;
}

/** A period's row is held by its validator if it was the last to end, by each delegation and each slash event that counts from it. */
export function periodsAreCounted({ rows, staking }: Parts, state: Readable): string | undefined {
  const expected = new Map<string, number>();
  const count = (operator: string, period: bigint): void => {
    const key = `${operator} ${period}`;
    expected.set(key, (expected.get(key) ?? 0) + 1);
  };
  for (const { operator, value } of rows.current.all(state)) count(operator, value.period - 1n);
  for (const { operator, previousPeriod } of rows.allStartingInfos(state)) count(operator, previousPeriod);
  for (const { operator, period } of rows.allSlashEvents(state)) count(operator, period);
  const kept = rows.allHistorical(state);
  const wrong = kept.find(({ operator, period, referenceCount }) => expected.get(`${operator} ${period}`) !== referenceCount);
  if (wrong) return `period ${wrong.period} of ${wrong.operator} is held by ${expected.get(`${wrong.operator} ${wrong.period}`) ?? 0}, its count is ${wrong.referenceCount}`;
  if (kept.length !== expected.size) return `${expected.size} periods are counted from, ${kept.length} are kept`;
  return everybodyIsCounted(rows.current.all(state).length, rows.allStartingInfos(state).length, staking.validators(state).length, staking.delegations(state).length);
}

function everybodyIsCounted(periods: number, infos: number, validators: number, delegations: number): string | undefined {
  if (periods !== validators) return `${validators} validators, but ${periods} have a period under way`;
  return infos === delegations ? undefined : `${delegations} delegations, but ${infos} count from somewhere`;
}

/** If all took what they earned, of each validator there would be enough. */
export function allCanWithdraw({ rows, staking }: Parts, state: Readable, height: bigint): string | undefined {
  for (const validator of staking.validators(state)) {
    const operator = validator.operatorAddress;
    const end = periodEndNow(rows, state, validator);
    let claimed = rows.commission.get(state, operator) ?? [];
    for (const delegation of staking.delegationsTo(state, operator)) claimed = addDecCoins(claimed, rewardsUntil(rows, state, validator, delegation, end, height));
    const outstanding = rows.outstanding.get(state, operator) ?? [];
    const short = claimed.find(({ denom, amount }) => amount > decAmountOf(outstanding, denom));
    if (short) return `${operator} owes ${decCoinsText(claimed)}, and has ${decCoinsText(outstanding)}`;
  }
  return undefined;
}
