/**
 * The event query language of CometBFT: conditions joined by AND. A condition is `key = value`, `key < number` (also
 * <=, >, >=), `key CONTAINS 'text'` or `key EXISTS`; values are 'quoted', numbers, TIME <RFC 3339> or DATE <yyyy-mm-dd>.
 */
export type Operand =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'time'; readonly millis: number };
export type Operator = '=' | '<' | '<=' | '>' | '>=' | 'CONTAINS' | 'EXISTS';
export type Condition = { readonly key: string; readonly operator: Operator; readonly operand: Operand | undefined };
export type Query = { readonly text: string; readonly conditions: readonly Condition[] };

/** Longest query that is parsed, in characters (CometBFT rpc/core). */
export const queryLengthMax = 512;

/** The text is no query; the message says where. */
export class QueryError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'QueryError';
  }
}

type Token = { readonly text: string; readonly quoted: boolean; readonly at: number };
const tokenPattern = /\s*(?:'([^']*)'|(<=|>=|=|<|>)|([^\s'=<>]+))/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  const end = text.trimEnd().length;
  while (tokenPattern.lastIndex < end) {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (!match) throw new QueryError(`offset ${at}: unexpected character`);
    tokens.push({ text: match[1] ?? match[2] ?? match[3] ?? '', quoted: match[1] !== undefined, at });
  }
  return tokens;
}

/** Parses a query. Throws QueryError. */
export function parseQuery(text: string): Query {
  if (text.length > queryLengthMax) throw new QueryError('maximum query length exceeded');
  const tokens = tokenize(text);
  const conditions: Condition[] = [];
  let next = 0;
  const take = (what: string): Token => {
    const token = tokens[next];
    if (!token) throw new QueryError(`offset ${text.length}: EOF, expected ${what}`);
    next += 1;
    return token;
  };
  for (;;) {
    conditions.push(parseCondition(take));
    if (next === tokens.length) return { text, conditions };
    const joint = take('AND');
    if (joint.quoted || joint.text !== 'AND') throw new QueryError(`offset ${joint.at}: got ${joint.text}, wanted AND`);
  }
}

function parseCondition(take: (what: string) => Token): Condition {
  const key = take('a tag');
  if (key.quoted || !/^[\w.\-/]+$/.test(key.text)) throw new QueryError(`offset ${key.at}: ${key.text} is no tag`);
  const operator = take('an operator');
  if (operator.quoted) throw new QueryError(`offset ${operator.at}: expected an operator`);
  switch (operator.text) {
    case 'EXISTS':
      return { key: key.text, operator: 'EXISTS', operand: undefined };
    case 'CONTAINS': {
      const operand = take('a quoted text');
      if (!operand.quoted) throw new QueryError(`offset ${operand.at}: CONTAINS takes a quoted text`);
      return { key: key.text, operator: 'CONTAINS', operand: { kind: 'text', text: operand.text } };
    }
    case '=': case '<': case '<=': case '>': case '>=': {
      const operand = parseOperand(take);
      if (operator.text !== '=' && operand.kind === 'text') throw new QueryError(`offset ${operator.at}: ${operator.text} compares numbers, dates and times`);
      return { key: key.text, operator: operator.text, operand };
    }
    default:
      throw new QueryError(`offset ${operator.at}: ${operator.text} is no operator`);
  }
}

function parseOperand(take: (what: string) => Token): Operand {
  const token = take('a value');
  if (token.quoted) return { kind: 'text', text: token.text };
  if (/^\d+(\.\d+)?$/.test(token.text)) return { kind: 'number', text: token.text };
  if (token.text === 'TIME' || token.text === 'DATE') {
    const moment = take(`a ${token.text.toLowerCase()}`);
    const shape = token.text === 'DATE' ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$/;
    const millis = Date.parse(moment.text);
    if (!shape.test(moment.text) || Number.isNaN(millis)) throw new QueryError(`offset ${moment.at}: ${moment.text} is no ${token.text}`);
    return { kind: 'time', millis };
  }
  throw new QueryError(`offset ${token.at}: ${token.text} is neither a quoted text, a number, TIME nor DATE`);
}

/** Whether one value of an event attribute meets a condition on it. */
export function valueMeets(value: string, { operator, operand }: Condition): boolean {
  if (operator === 'EXISTS' || operand === undefined) return true;
  if (operand.kind === 'text') return operator === 'CONTAINS' ? value.includes(operand.text) : value === operand.text;
  const order = operand.kind === 'number' ? compareToNumber(value, operand.text) : compareToTime(value, operand.millis);
  if (order === undefined) return false;
  switch (operator) {
    case '=': return order === 0;
    case '<': return order < 0;
    case '<=': return order <= 0;
    case '>': return order > 0;
    case '>=': return order >= 0;
    case 'CONTAINS': return false;
  }
}

/** The first number in a value counts, so that `transfer.amount > 5` finds 10uwind. Undefined when there is none. */
function compareToNumber(value: string, operand: string): number | undefined {
  const found = /\d+(\.\d+)?/.exec(value)?.[0];
  if (found === undefined) return undefined;
  const [a, b] = [decimal(found), decimal(operand)];
  if (!a || !b) return undefined;
  const scale = Math.max(a.scale, b.scale);
  const left = a.digits * 10n ** BigInt(scale - a.scale);
  const right = b.digits * 10n ** BigInt(scale - b.scale);
  return left === right ? 0 : left < right ? -1 : 1;
}

/** A number with more digits than this before or after its point meets no condition. */
const digitsMax = 128;

function decimal(text: string): { digits: bigint; scale: number } | undefined {
  const [whole = '0', fraction = ''] = text.split('.');
  if (whole.length > digitsMax || fraction.length > digitsMax) return undefined;
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

function compareToTime(value: string, millis: number): number | undefined {
  const at = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? undefined : at - millis;
}

/** Whether a set of attributes meets every condition: each by any value of its key. */
export function queryMatches({ conditions }: Query, attributes: ReadonlyMap<string, readonly string[]>): boolean {
  return conditions.every(condition => (attributes.get(condition.key) ?? []).some(value => valueMeets(value, condition)));
}
