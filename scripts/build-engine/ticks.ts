/** Puts a tick of the work counter into the condition of every loop of a C file, and before every jump back. */
import { closeOf, skipBlank, skipNonCode, splitClauses, wordAt } from './c-text.js';

/** Names of functions whose loops are not counted. */
export type Uncounted = ReadonlySet<string>;

const tick = 'mxTick()';

/** The text with ticks. Its lines stay where they were. Throws an Error on a loop that it cannot read. */
export function addTicks(text: string, uncounted: Uncounted): string {
  const labels = new Map<string, number>();
  const outer: number[] = [];
  let [out, depth, candidate, current] = ['', 0, '', ''];
  for (let at = 0; at < text.length;) {
    const behind = skipNonCode(text, at);
    const word = behind > at ? undefined : wordAt(text, at);
    let end = behind > at ? behind : at + (word?.length ?? 1);
    let piece = text.slice(at, end);
    if (behind > at) depth = depthAfter(piece, depth, outer);
    else if (word !== undefined) {
      const next = skipBlank(text, end);
      if (depth === 0 && text[next] === '(') candidate = word;
      if (depth > 0 && text[next] === ':' && text[next + 1] !== ':') labels.set(word, at);
      const counted = depth > 0 && !uncounted.has(current);
      if (counted && (word === 'while' || word === 'for') && text[next] === '(') {
        end = closeOf(text, next);
        piece = text.slice(at, next) + (word === 'while' ? ofWhile(text.slice(next + 1, end - 1)) : ofFor(text.slice(next + 1, end - 1), uncounted));
      } else if (counted && word === 'goto') {
        const label = wordAt(text, next);
        if (label !== undefined && labels.has(label)) [piece, end] = ofGoto(text, at, next + label.length, label);
      }
    } else if (piece === '{') {
      depth += 1;
      if (depth === 1) {
        current = candidate;
        labels.clear();
      }
    } else if (piece === '}') {
      depth -= 1;
    }
    out += piece;
    at = end;
  }
  if (depth !== 0) throw new Error('the braces of a file do not match');
  return out;
}

/** Both branches of a conditional part may open the same brace; the one that is read last counts. */
function depthAfter(line: string, depth: number, outer: number[]): number {
  const [, directive] = /^#\s*(if|el|endif)/.exec(line) ?? [];
  if (directive === 'if') outer.push(depth);
  if (directive === 'el') return outer.at(-1) ?? depth;
  if (directive === 'endif') outer.pop();
  return depth;
}

/** `do { … } while (0)` is no loop. */
function ofWhile(condition: string): string {
  return condition.trim() === '0' ? `(${condition})` : `(${tick} && (${condition}))`;
}

function ofFor(clauses: string, uncounted: Uncounted): string {
  const [first, condition, step, ...more] = splitClauses(clauses);
  if (first === undefined || condition === undefined || step === undefined || more.length > 0) throw new Error(`a loop cannot be read: for (${clauses})`);
  const isEndless = condition.trim() === '';
  if (isEndless && uncounted.has('for (;;)')) return `(${clauses})`;
  return `(${first}; ${isEndless ? tick : `${tick} && (${condition})`};${step})`;
}

function ofGoto(text: string, at: number, afterLabel: number, label: string): [string, number] {
  const end = skipBlank(text, afterLabel);
  if (text[end] !== ';') throw new Error(`a jump cannot be read: ${text.slice(at, end + 1)}`);
  return [`{ (void)${tick}; goto ${label}; }${'\n'.repeat(text.slice(at, end).split('\n').length - 1)}`, end + 1];
}
