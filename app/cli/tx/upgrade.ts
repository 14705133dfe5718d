/** `windlass tx upgrade …`: proposals of governance to upgrade the chain, or not to. */
import type { EncodeObject } from '@cosmjs/proto-signing';
import type { Command } from 'commander';
import { MsgSubmitProposal } from 'cosmjs-types/cosmos/gov/v1/tx';
import { governanceAddress } from '../../../chain/index.js';
import { codecOf } from '../../client/codecs.js';
import { parseCoins } from '../coins.js';
import { UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { addTxVerb } from './verb.js';

type Proposal = { title?: string; summary?: string; deposit?: string; metadata?: string; expedited?: true };
type Planned = Proposal & { upgradeHeight?: string; upgradeInfo?: string };

const withProposalFlags = (command: Command): Command => command
  .requiredOption('--title <text>', 'title of the proposal')
  .requiredOption('--summary <text>', 'summary of the proposal')
  .option('--deposit <coins>', 'deposited with it, such as 10000000uwind')
  .option('--metadata <text>', 'metadata of the proposal')
  .option('--expedited', 'a proposal with the short voting period');

export function addUpgrade(tx: Command, io: Io): void {
  const upgrade = tx.command('upgrade').description('propose an upgrade of the chain, or to cancel it; holders vote on it');
  addTxVerb<[string], Planned>(upgrade, io, {
    usage: 'software-upgrade <name>',
    description: 'propose that the chain stops at a height, until its nodes run the release with the upgrade of this name',
    example: 'windlass tx upgrade software-upgrade v2 --upgrade-height 100000 --title "Upgrade to v2" --summary "…" --deposit 10000000uwind --from dev0 --yes',
    flags: command => withProposalFlags(command).requiredOption('--upgrade-height <height>', 'the first block of the new release').option('--upgrade-info <text>', 'for operators and their tools', ''),
    message: (signer, [name], flags) => proposal(signer, flags, 'MsgSoftwareUpgrade', {
      authority: governanceAddress, plan: { name, height: heightOf(flags.upgradeHeight), info: flags.upgradeInfo ?? '', time: undefined, upgradedClientState: undefined },
    }),
  });
  addTxVerb<[], Proposal>(upgrade, io, {
    usage: 'cancel-software-upgrade',
    description: 'propose to cancel the upgrade that waits for its height',
    example: 'windlass tx upgrade cancel-software-upgrade --title "No v2" --summary "…" --deposit 10000000uwind --from dev0 --yes',
    flags: withProposalFlags,
    message: (signer, _args, flags) => proposal(signer, flags, 'MsgCancelUpgrade', { authority: governanceAddress }),
  });
}

function proposal(proposer: string, { title = '', summary = '', deposit, metadata = '', expedited }: Proposal, name: string, message: object): EncodeObject {
  const codec = codecOf<object>(`cosmos.upgrade.v1beta1.${name}`);
  return {
    typeUrl: MsgSubmitProposal.typeUrl,
    value: MsgSubmitProposal.fromPartial({
      messages: [{ typeUrl: codec.typeUrl, value: codec.encode(message) }],
      initialDeposit: deposit === undefined ? [] : parseCoins(deposit, '--deposit'), proposer, title, summary, metadata, expedited: expedited === true,
    }),
  };
}

function heightOf(text: string | undefined): bigint {
  if (text === undefined || !/^[1-9]\d{0,17}$/.test(text)) throw new UsageFailure(`--upgrade-height ${text ?? ''}: expected a block's height`);
  return BigInt(text);
}
