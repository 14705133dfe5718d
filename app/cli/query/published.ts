import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addQueryVerb, askKernel } from './verb.js';

export function addPublished(query: Command, io: Io): void {
  addQueryVerb(query, io, {
    usage: 'published <path>',
    description: 'what a vat published at a path',
    example: 'windlass query published price.feed',
    flags: command => command.option('--children', 'list the names below the path instead'),
    ask: (rpc, [path], _settings, flags) =>
      askKernel(rpc, flags['children'] === undefined ? 'Published' : 'PublishedChildren', { path: path ?? '' }, 'Published'),
  });
}
