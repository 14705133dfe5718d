import type { Command } from 'commander';
import type { Io } from './io.js';
import { makeNodeRpc } from './node-rpc.js';
import { printResult } from './output.js';
import { settingsOf, withNodeFlag } from './settings.js';

export function addStatus(program: Command, io: Io): void {
  const command = withNodeFlag(program.command('status'))
    .description('what the node says of itself: chain, height, whether it is catching up')
    .addHelpText('after', '\nExample:\n  windlass status --node http://127.0.0.1:26657');
  command.action(async () => {
    const settings = settingsOf(command, io);
    printResult(io, settings.output, await makeNodeRpc(settings.nodeUrl).call('status'));
  });
}
