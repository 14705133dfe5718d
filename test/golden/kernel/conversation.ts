/**
 * The files of conversations: commands, a line of `----`, and what the kernel did. An empty line ends a block; text before
 * the first command of a block, marked with `#`, is for the reader.
 */
export type Command = { readonly line: string; /** The indented lines below it. */ readonly part: readonly string[] };
export type Block = { readonly comments: readonly string[]; readonly commands: readonly Command[]; readonly answer: readonly string[] };

const divider = '----';

export function parseConversation(text: string): readonly Block[] {
  return text.split(/\n{2,}/).map(part => part.replace(/\n+$/, '')).filter(part => part !== '').map(parseBlock);
}

function parseBlock(text: string): Block {
  const lines = text.split('\n');
  const end = lines.indexOf(divider);
  const [said, answer] = end < 0 ? [lines, []] : [lines.slice(0, end), lines.slice(end + 1)];
  const commands: { line: string; part: string[] }[] = [];
  for (const line of said.filter(one => !one.startsWith('#'))) {
    if (line.startsWith('  ')) commands.at(-1)?.part.push(line.trim());
    else commands.push({ line, part: [] });
  }
  return { comments: said.filter(line => line.startsWith('#')), commands, answer };
}

/** The file as it is written. */
export function formatConversation(blocks: readonly Block[]): string {
  return `${blocks.map(formatBlock).join('\n\n')}\n`;
}

function formatBlock({ comments, commands, answer }: Block): string {
  const said = commands.flatMap(({ line, part }) => [line, ...part.map(one => `  ${one}`)]);
  return [...comments, ...said, ...(commands.length > 0 ? [divider, ...answer] : [])].join('\n');
}
