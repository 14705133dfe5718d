/** The shell blocks of a document, with what it says about each. */

export type CommandBlock = {
  /** Of the line with the fence, from 1. */
  readonly line: number;
  readonly script: string;
  /** The HTML comment directly above. */
  readonly note: string;
  /** Lines of the `text` blocks that follow, up to the next shell block: what it says the commands print. */
  readonly printed: readonly string[];
};

/** In their order. Throws when a fence has no end. */
export function commandBlocks(markdown: string): readonly CommandBlock[] {
  const lines = markdown.split('\n');
  const blocks: { line: number; script: string; note: string; printed: string[] }[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const language = /^```(\w*)$/.exec(lines[at] ?? '')?.[1];
    if (language === undefined) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`the block of line ${at + 1} has no end`);
    const content = lines.slice(at + 1, end);
    if (language === 'sh') blocks.push({ line: at + 1, script: content.join('\n'), note: /^<!-- (.*) -->$/.exec(lines[at - 1] ?? '')?.[1] ?? '', printed: [] });
    else if (language === 'text') blocks.at(-1)?.printed.push(...content);
    else throw new Error(`the block of line ${at + 1} is neither sh nor text`);
    at = end;
  }
  return blocks;
}

/** Whether a line that a document shows stands in what was printed; `…` is any text. */
export function isPrinted(line: string, output: string): boolean {
  return output.split('\n').some(printed => matches(printed, line.split('…')));
}

function matches(text: string, [head = '', ...rest]: readonly string[]): boolean {
  const tail = rest.at(-1);
  return tail === undefined ? text === head : text.startsWith(head) && text.endsWith(tail);
}
