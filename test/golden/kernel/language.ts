/** How a conversation writes data, syscalls and deliveries: short words, references as they are. */
import { decodeCapData, encodeCapData, promiseRef, slotRef, type CapData, type Passable } from '../../../kernel/capdata.js';
import type { VatDelivery, VatResolution, VatSyscall } from '../../../kernel/vat/protocol.js';

const isReference = (word: string): boolean => /^[opd][+-]/.test(word);

/** A reference, a JSON value without blanks, or a word that stands for itself. */
function valueOf(word: string): Passable {
  if (isReference(word)) return word.startsWith('p') ? promiseRef(word) : slotRef(word);
  if (/^(-?\d|"|true$|false$|null$)/.test(word)) return JSON.parse(word) as Passable;
  return word;
}

/** `[ a b ]` is a list; one word is that value alone; none is undefined. */
function dataOf(words: readonly string[]): CapData {
  if (words[0] === '[') return encodeCapData(words.slice(1, -1).map(valueOf));
  return encodeCapData(words[0] === undefined ? undefined : valueOf(words[0]));
}

/** One of a batch: `resolve p-60 value` or `reject p-60 value`. */
function resolutionOf(line: string): VatResolution {
  const [verb, vpid, ...value] = line.split(' ') as [string, string, ...string[]];
  return [vpid, verb === 'reject', dataOf(value)];
}

function sendOf(words: readonly string[]): VatSyscall {
  const arrow = words.indexOf('->');
  const [target, method, ...args] = arrow < 0 ? words : words.slice(0, arrow);
  const methargs = encodeCapData([method, args.map(valueOf)]);
  return ['send', target as string, arrow < 0 ? { methargs } : { methargs, result: words[arrow + 1] as string }];
}

/** Reads one line of a vat's part. Resolutions of one batch are joined by ` & `. */
export function parseSyscall(line: string): VatSyscall {
  const [verb, ...words] = line.split(' ') as [string, ...string[]];
  const [first, second] = words as [string, string];
  switch (verb) {
    case 'send': return sendOf(words);
    case 'subscribe': return ['subscribe', first];
    case 'resolve': case 'reject': return ['resolve', line.split(' & ').map(resolutionOf)];
    case 'exit': return ['exit', false, dataOf(words)];
    case 'fail': return ['exit', true, dataOf(words)];
    case 'set': return ['vatstoreSet', first, second];
    case 'get': return ['vatstoreGet', first];
    case 'next': return ['vatstoreGetNextKey', first];
    case 'delete': return ['vatstoreDelete', first];
    case 'drop': return ['dropImports', words];
    case 'retire-imports': return ['retireImports', words];
    case 'retire-exports': return ['retireExports', words];
    case 'abandon': return ['abandonExports', words];
    case 'raw': return JSON.parse(line.slice('raw '.length)) as VatSyscall;
    default: throw new Error(`no syscall is written "${verb}"`);
  }
}

/** The body with its slots in place: `["hello",[o+1]]`. What is long is cut, what is no smallcaps is shown as it is. */
export function dataText({ body, slots }: CapData): string {
  const text = body.slice(1).replace(/"[$&](\d+)(?:\.[^"]*)?"/g, (whole, index: string) => slots[Number(index)] ?? whole);
  const rest = isReadable({ body, slots }) ? '' : ' (not smallcaps)';
  return (text.length > 120 ? `${text.slice(0, 120)}… ${text.length} characters` : text) + rest;
}

function isReadable(data: CapData): boolean {
  try {
    decodeCapData(data);
    return true;
  } catch {
    return false;
  }
}

export function deliveryText(delivery: VatDelivery): string {
  switch (delivery[0]) {
    case 'startVat': return `startVat ${dataText(delivery[1])}`;
    case 'message': return `message ${delivery[1]} ${dataText(delivery[2].methargs)}${arrowTo(delivery[2].result)}`;
    case 'notify': return `notify ${delivery[1].map(([vpid, isReject, data]) => `${vpid} ${isReject ? 'rejected' : 'fulfilled'} ${dataText(data)}`).join(' & ')}`;
    case 'bringOutYourDead': return 'bringOutYourDead';
    default: return `${delivery[0]} ${delivery[1].join(' ')}`;
  }
}

export function arrowTo(result: string | null | undefined): string {
  return typeof result === 'string' ? ` -> ${result}` : '';
}

/** What a part may be for: the method of a message, or the kind of any other delivery. */
export function kindOf(delivery: VatDelivery): string {
  if (delivery[0] !== 'message') return delivery[0];
  return (JSON.parse(delivery[2].methargs.body.slice(1)) as [string])[0];
}
