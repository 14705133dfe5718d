import type { Command } from 'commander';
import { encodeArgs } from '../../client/index.js';
import { parseCoins } from '../coins.js';
import type { Io } from '../io.js';
import { addTxVerb, capDataOf, collect, kernelMessage } from './verb.js';

type Flags = { slot?: string[]; saveAs?: string; funds?: string };

export function addInvoke(tx: Command, io: Io): void {
  addTxVerb<[string, string, string | undefined], Flags>(tx, io, {
    usage: 'invoke <target> <method> [args]',
    description: 'send a message to an object of your c-list, or to a public one (@name). ARGS is a JSON array: {"$cap":"name"} is a capability, {"$bigint":"5"} a bigint; or a smallcaps body that starts with #',
    example: `windlass tx invoke counter add '[{"$bigint":"5"}]' --from dev0 --wait --yes`,
    flags: command => command
      .option('--slot <name>', 'with a smallcaps body: what its next $n means; repeat it', collect)
      .option('--save-as <name>', 'file the objects of the result under this new name')
      .option('--funds <coins>', 'coins that travel with the message as payments, such as 5uwind'),
    message: (signer, [target, method, args], flags) => kernelMessage('MsgInvoke', {
      sender: signer, target, method,
      args: args === undefined ? undefined : capDataOf('ARGS', args, flags.slot ?? [], encodeArgs),
      saveAs: flags.saveAs ?? '',
      funds: flags.funds === undefined ? [] : parseCoins(flags.funds, '--funds'),
    }),
  });
}
