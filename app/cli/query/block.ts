import type { Command } from 'commander';
import type { Io } from '../io.js';
import { UsageFailure } from '../failure.js';
import { addQueryVerb } from './verb.js';

export function addBlock(query: Command, io: Io): void {
  addQueryVerb(query, io, {
    usage: 'block [height]',
    description: 'a block, the latest unless a height is given',
    example: 'windlass query block 10',
    ask: async (rpc, [height]) => {
      if (height !== undefined && !/^[1-9]\d{0,18}$/.test(height)) throw new UsageFailure(`${height} is no height`);
      return rpc.call('block', height === undefined ? {} : { height });
    },
  });
}
