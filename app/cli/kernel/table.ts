/** Tables for people: columns as wide as what is in them. */

/** A head and its rows; numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map(row => row.map(cell => ({ text: String(cell), isNumber: typeof cell === 'number' })));
  const widths = head.map((title, at) => cells.reduce((width, row) => Math.max(width, row[at]?.text.length ?? 0), title.length));
  const line = (texts: readonly { readonly text: string; readonly isNumber: boolean }[]): string =>
    texts.map(({ text, isNumber }, at) => (isNumber ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0))).join('  ').trimEnd();
  return [line(head.map(text => ({ text, isNumber: false }))), ...cells.map(line)].map(text => `${text}\n`).join('');
}

/** What fits a column: the beginning, with … for the rest. */
export function short(text: string, width = 60): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
