/** The answer of `query provisioning usage` as people read it. */
import { asDimension, dimensionTitles, shownAmount, shownNumber, type Dimension } from '../../../kernel/index.js';

type UsageLine = { dimension: string; used: string; limit: string; unlimited: boolean; is_default: boolean; note: string };
type Charge = { token: string; amounts: { dimension: string; limit: string }[]; height: string; cause: string };
type Answer = { collection: { id: string; status: string; faulty: boolean; usage: UsageLine[] }; charges: Charge[]; height: string };

/** Proto-JSON of QueryUsageResponse as a table: used, limit, free, and a note where something is not as usual. */
export function usageTable(answer: unknown): string {
  const { collection, charges, height } = answer as Answer;
  const rows = [[titleOf(collection), 'used', 'limit', 'free', 'note'], ...collection.usage.map(line)];
  const widths = [0, 1, 2, 3].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const table = rows.map(row => row.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join('  ').trimEnd());
  return `${[...table, ...charges.map(chargeLine), `height ${shownNumber(BigInt(height))}`].join('\n')}\n`;
}

/** Names to the left, numbers to the right. */
function pad(cell: string, width: number, column: number): string {
  return column === 0 || column > 3 ? cell.padEnd(width) : cell.padStart(width);
}

function titleOf({ id, status, faulty }: Answer['collection']): string {
  const name = id.startsWith('account:') ? `account ${id.slice('account:'.length) || 'of the system'}` : id;
  return `${name}${status === 'closing' ? ' (closing)' : ''}${faulty ? ' (charges are paused)' : ''}`;
}

function line({ dimension: text, used, limit, unlimited, note }: UsageLine): string[] {
  const dimension = asDimension(text) as Dimension;
  const [held, bound] = [BigInt(used), BigInt(limit)];
  const amount = (value: bigint): string => `${shownAmount(dimension, value)}${dimension === 'compute' ? '/delivery' : ''}`;
  const isOver = !unlimited && held > bound;
  const [at = '', ...why] = note.split(' ');
  const said = note === '' ? '' : `${why.join(' ')} at height ${shownNumber(BigInt(at))}`;
  return [
    `  ${dimensionTitles[dimension]}`, amount(held), unlimited ? 'unlimited' : amount(bound), unlimited ? '–' : amount(isOver ? 0n : bound - held),
    isOver ? `over by ${shownAmount(dimension, held - bound)}${said === '' ? '' : ` (${said})`}` : said,
  ];
}

function chargeLine({ token, amounts, height, cause }: Charge): string {
  const held = amounts.map(({ dimension, limit }) => `${dimensionTitles[asDimension(dimension) as Dimension]} ${shownAmount(asDimension(dimension) as Dimension, BigInt(limit))}`);
  return `  ${token}  ${held.join(', ') || 'nothing'}  height ${height}: ${cause}`;
}
