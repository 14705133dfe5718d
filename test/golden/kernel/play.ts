/** Plays a conversation from its start. A block that begins with `vats …` begins with a kernel of its own. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../chain/codec/roots.js';
import type { Block } from './conversation.js';
import { Stage } from './stage.js';

export const folder = join(packageRoot, 'test', 'golden', 'kernel');

/** Names of the files, in order. */
export function conversationFiles(): readonly string[] {
  return readdirSync(folder).filter(name => name.endsWith('.txt')).sort();
}

/** The same blocks with what the kernel answers now. */
export async function play(blocks: readonly Block[]): Promise<readonly Block[]> {
  let stage: Stage | undefined;
  const played: Block[] = [];
  for (const block of blocks) {
    const [first, ...rest] = block.commands;
    const opens = first?.line.startsWith('vats ') === true;
    if (opens) stage = await Stage.open(first.line.split(' ').slice(1));
    const commands = opens ? rest : block.commands;
    if (!stage && commands.length > 0) throw new Error('a conversation begins with its vats');
    played.push({ ...block, answer: stage && commands.length > 0 ? await stage.perform(commands) : [] });
  }
  return played;
}
