import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatConversation, parseConversation } from './conversation.js';
import { conversationFiles, folder, play } from './play.js';

for (const name of conversationFiles()) {
  test(`${name.replace(/\.txt$/, '').replaceAll('-', ' ')}: the kernel answers as it is written`, async () => {
    const written = readFileSync(join(folder, name), 'utf8');
    assert.equal(formatConversation(await play(parseConversation(written))), written, 'if each line that moved is right: npm run golden');
  });
}
