/** `forensics compare`: asks peers what they made of the block of an incident. */
import type { Command } from 'commander';
import { compareBundle } from '../../forensics/compare-bundle.js';
import { makePeerRpc } from '../../forensics/peers.js';
import { screenOf } from '../../forensics/screen.js';
import { CliFailure } from '../failure.js';
import { readAppToml } from '../home/app-toml.js';
import type { Io } from '../io.js';
import { printResult } from '../output.js';
import { rpcUrl, settingsOf } from '../settings.js';
import { bundlesOf, incidentOf } from './incident.js';

const patienceMs = 5000;

export function addCompare(forensics: Command, io: Io): void {
  const command = forensics.command('compare <id>')
    .description('ask other nodes what they made of the block, and find the first step that differs; what they say is verified')
    .option('--peer <url...>', 'RPC of another node; besides those of app.toml ([forensics] peers)')
    .addHelpText('after', '\nExample:\n  windlass forensics compare 8813-5f2c91d07be4a360 --peer http://10.0.0.7:26657');
  command.action(async (id: string) => {
    const { paths, output } = settingsOf(command, io);
    const bundles = bundlesOf(paths.home);
    const summary = incidentOf(bundles, id);
    const peers = [...new Set([...(command.opts<{ peer?: string[] }>().peer ?? []), ...readAppToml(paths.appToml).config.forensicsPeers].map(rpcUrl))];
    if (peers.length === 0) throw new CliFailure('there is nobody to ask', { hint: 'Name the RPC of other nodes with --peer http://HOST:26657, or in app.toml: [forensics] peers. CometBFT does not tell the RPC addresses of its own peers.' });
    if (!summary.theirs) throw new CliFailure(`the chain's hash of block ${summary.height} is not known, so that nothing that peers say could be verified`, { hint: 'It is known of incidents with the cause apphash.' });
    const compared = await compareBundle(bundles, summary, peers.map(url => makePeerRpc(url)), patienceMs);
    if (output === 'json') printResult(io, 'json', compared.comparison ?? null);
    else io.out(screenOf(compared, bundles.pathOf(compared.id)));
  });
}
