/** Writes what the kernel answers now into the files of conversations: on purpose only, and never by the suite. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatConversation, parseConversation } from './conversation.js';
import { conversationFiles, folder, play } from './play.js';

for (const name of conversationFiles().filter(file => process.argv.length < 3 || process.argv.some(wanted => file.includes(wanted)))) {
  const before = readFileSync(join(folder, name), 'utf8');
  const after = formatConversation(await play(parseConversation(before)));
  if (after !== before) writeFileSync(join(folder, name), after);
  process.stdout.write(`${name}: ${after === before ? 'as it was' : 'written anew'}\n`);
}
