/** What `npm run sim -- saga` prints: the settings explored, then what breaks without each of the rules. */
import { explore, type Violation } from './explore.js';
import { rules } from './rules.js';
import { removals, settings } from './settings.js';

/** `all`: the long ones too, some minutes. Answers whether everything is as it must be. */
export function tellSaga(all: boolean, tell: (line: string) => void): boolean {
  let isGood = true;
  for (const { name, setting, reference, isLong } of settings) {
    if (isLong === true && !all) continue;
    const { states, transitions, atRest, violations } = explore(setting);
    tell(`${name}: ${states.toLocaleString('en')} states, ${transitions.toLocaleString('en')} transitions, ${atRest} at rest: ${violations.length === 0 ? 'all hold' : shown(violations)}${reference === undefined ? '' : ` (elsewhere: ${reference})`}`);
    for (const { history } of violations) tell(`  ${history.join('\n  ')}`);
    isGood &&= violations.length === 0;
  }
  for (const { rule, setting, reference } of removals) {
    const { violations } = explore(setting, { without: rule });
    tell(`without "${rules[rule]}": ${violations.length === 0 ? 'nothing breaks' : shown(violations)} (elsewhere: ${reference})`);
    isGood &&= violations.length > 0;
  }
  return isGood;
}

const shown = (violations: readonly Violation[]): string => violations.map(({ fault, steps }) => `${fault} after ${steps} steps`).join(', ');
