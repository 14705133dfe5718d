import type { Command } from 'commander';
import type { Io } from '../io.js';
import type { NodeRpc } from '../node-rpc.js';
import { consensusOrKey } from '../validator-address.js';
import { pageOf, withPageFlags } from './page.js';
import { addQueryVerb, askModule } from './verb.js';

const ask = (rpc: NodeRpc, method: string, value: object): Promise<unknown> => askModule(rpc, 'cosmos.slashing.v1beta1', method, value);

export function addSlashing(query: Command, io: Io): void {
  const group = query.command('slashing').description('how validators sign, and what they lose who do not');
  addQueryVerb(group, io, {
    usage: 'signing-info <consensus-address>',
    description: 'how one validator signs: by its windlassvalcons1… address, or its consensus key as JSON',
    example: 'windlass query slashing signing-info windlassvalcons1…',
    ask: (rpc, [validator]) => ask(rpc, 'SigningInfo', { consAddress: consensusOrKey(validator ?? '') }),
  });
  addQueryVerb(group, io, {
    usage: 'signing-infos',
    description: 'how all validators sign',
    example: 'windlass query slashing signing-infos',
    flags: withPageFlags,
    ask: (rpc, _args, _settings, flags) => ask(rpc, 'SigningInfos', { pagination: pageOf(flags) }),
  });
  addQueryVerb(group, io, {
    usage: 'params',
    description: 'how many blocks may be missed, and what it costs',
    example: 'windlass query slashing params',
    ask: rpc => ask(rpc, 'Params', {}),
  });
}
