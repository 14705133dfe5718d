/** The incident that a command is about. */
import { join } from 'node:path';
import { bundleIdGrammar } from '../../forensics/bundle-id.js';
import { Bundles } from '../../forensics/bundles.js';
import type { Summary } from '../../forensics/summary.js';
import { CliFailure, UsageFailure } from '../failure.js';

export const bundlesOf = (home: string): Bundles => new Bundles(join(home, 'forensics'), { onUnreadable: (id, reason) => process.emitWarning(`the summary of incident ${id} cannot be read: ${reason}`) });

/** `8813-5f2c91d07be4a360`, or the beginning of it if that is of one incident only. Throws UsageFailure or CliFailure. */
export function incidentOf(bundles: Bundles, text: string): Summary {
  if (!/^[0-9a-f-]+$/.test(text)) throw new UsageFailure(`${text} is no id of an incident`, 'Write it as 8813-5f2c91d07be4a360; windlass forensics ls lists them.');
  const found = bundleIdGrammar.test(text) ? [bundles.get(text)].filter(summary => summary !== undefined) : bundles.list().filter(({ id }) => id.startsWith(text));
  const [summary] = found;
  if (!summary) throw new CliFailure(`there is no incident ${text}`, { hint: 'windlass forensics ls lists those there are; --home chooses another node.' });
  if (found.length > 1) throw new CliFailure(`${found.length} incidents begin with ${text}`, { hint: 'Write more of the id; windlass forensics ls lists them.' });
  return summary;
}
