/** `forensics ls`, `show` and `ack`. */
import type { Command } from 'commander';
import { screenOf } from '../../forensics/screen.js';
import type { Summary } from '../../forensics/summary.js';
import type { Io } from '../io.js';
import { printResult } from '../output.js';
import { settingsOf } from '../settings.js';
import { bundlesOf, incidentOf } from './incident.js';

export function addRead(forensics: Command, io: Io): void {
  const list = forensics.command('ls')
    .description('the incidents that this home has saved')
    .addHelpText('after', '\nExample:\n  windlass forensics ls --output json');
  list.action(() => {
    const { paths, output } = settingsOf(list, io);
    printResult(io, output, { incidents: bundlesOf(paths.home).list().map(shortOf) });
  });

  const show = forensics.command('show <id>')
    .description('the screen of one; with --output json, all that is known of it')
    .addHelpText('after', '\nExample:\n  windlass forensics show 8813-5f2c91d07be4a360');
  show.action((id: string) => {
    const { paths, output } = settingsOf(show, io);
    const bundles = bundlesOf(paths.home);
    const summary = incidentOf(bundles, id);
    if (output === 'json') printResult(io, 'json', summary);
    else io.out(screenOf(summary, bundles.pathOf(summary.id)));
  });

  const ack = forensics.command('ack <id>')
    .description('take note of one: it is not shown at each start any more. A node that still has the wrong state does not start all the same')
    .addHelpText('after', '\nExample:\n  windlass forensics ack 8813-5f2c91d07be4a360');
  ack.action((id: string) => {
    const { paths, output } = settingsOf(ack, io);
    const bundles = bundlesOf(paths.home);
    const summary = incidentOf(bundles, id);
    printResult(io, output, shortOf(bundles.update(summary.id, { acknowledged: summary.acknowledged ?? new Date().toISOString() })));
  });
}

export function shortOf({ id, cause, height, time, seen, comparison, rerun, acknowledged, bytes }: Summary): object {
  return { id, cause, height, time, seen, verdict: comparison?.verdict ?? null, rerun: rerun?.result ?? null, acknowledged: acknowledged ?? null, bytes };
}
