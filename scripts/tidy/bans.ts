/** What consensus code may not name, each with what to use instead (docs/house-style.md, "Errors and invariants"). */
import type { Rule } from './finding.js';

export type Ban = { readonly rule: Rule; readonly instead: string };

const blockTime = 'take the time from the block or the delivery (ctx.time), as an argument';
const noRandomness = 'derive the value from state (a counter, a hash of committed bytes)';
const byCodeUnit = 'compare by code unit or by bytes: a < b ? -1 : a > b ? 1 : 0';
const asArgument = 'take it as an argument; only app/main.ts and the CLI may read the environment';
const noTimer = 'nothing hashed may wait for a clock; let the caller drive the steps';
const exactNumbers = 'use bigint, or integers with a stated bound and scale';
const statedOrder = 'await all of them and read the results in a stated order';
const utc = 'use the UTC methods; the local time zone differs between machines';

/** `object.member`, whatever is done with it. */
export const bannedMembers: ReadonlyMap<string, Ban> = new Map<string, Ban>([
  ['Date.now', { rule: 'clock', instead: blockTime }],
  ['Math.random', { rule: 'randomness', instead: noRandomness }],
  ['Promise.race', { rule: 'iteration', instead: statedOrder }],
  ['Promise.any', { rule: 'iteration', instead: statedOrder }],
  ['Number.parseFloat', { rule: 'float', instead: exactNumbers }],
  ['Number.EPSILON', { rule: 'float', instead: exactNumbers }],
  ...[
    'acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'cos', 'cosh', 'exp', 'expm1', 'fround', 'hypot', 'log', 'log10',
    'log1p', 'log2', 'pow', 'sin', 'sinh', 'sqrt', 'tan', 'tanh', 'E', 'PI', 'LN2', 'LN10', 'LOG2E', 'LOG10E', 'SQRT2', 'SQRT1_2',
  ].map((name): [string, Ban] => [`Math.${name}`, { rule: 'float', instead: exactNumbers }]),
]);

/** Globals that may not be named at all (as a value; a property of that name is another thing). */
export const bannedGlobals: ReadonlyMap<string, Ban> = new Map<string, Ban>([
  ['performance', { rule: 'clock', instead: blockTime }],
  ['setTimeout', { rule: 'timer', instead: noTimer }],
  ['setInterval', { rule: 'timer', instead: noTimer }],
  ['process', { rule: 'environment', instead: asArgument }],
  ['navigator', { rule: 'environment', instead: asArgument }],
  ['Intl', { rule: 'locale', instead: byCodeUnit }],
  ['parseFloat', { rule: 'float', instead: exactNumbers }],
  ['Float32Array', { rule: 'float', instead: exactNumbers }],
  ['Float64Array', { rule: 'float', instead: exactNumbers }],
  ['WeakRef', { rule: 'iteration', instead: 'hold the value, or count references: when the engine collects garbage differs between nodes' }],
  ['FinalizationRegistry', { rule: 'iteration', instead: 'count references: when the engine collects garbage differs between nodes' }],
]);

/** Methods by name, on whatever object. */
export const bannedMethods: ReadonlyMap<string, Ban> = new Map<string, Ban>([
  ['localeCompare', { rule: 'locale', instead: byCodeUnit }],
  ['toLocaleString', { rule: 'locale', instead: 'format by hand or with toISOString' }],
  ['toLocaleDateString', { rule: 'locale', instead: 'format by hand or with toISOString' }],
  ['toLocaleTimeString', { rule: 'locale', instead: 'format by hand or with toISOString' }],
  ['toLocaleUpperCase', { rule: 'locale', instead: 'use toUpperCase on ASCII' }],
  ['toLocaleLowerCase', { rule: 'locale', instead: 'use toLowerCase on ASCII' }],
  ['normalize', { rule: 'locale', instead: 'compare the text as it came: the Unicode tables differ between releases of Node' }],
  ['toFixed', { rule: 'float', instead: exactNumbers }],
  ['toPrecision', { rule: 'float', instead: exactNumbers }],
  ['toExponential', { rule: 'float', instead: exactNumbers }],
  ['randomBytes', { rule: 'randomness', instead: noRandomness }],
  ['randomFill', { rule: 'randomness', instead: noRandomness }],
  ['randomFillSync', { rule: 'randomness', instead: noRandomness }],
  ['randomInt', { rule: 'randomness', instead: noRandomness }],
  ['randomUUID', { rule: 'randomness', instead: noRandomness }],
  ['getRandomValues', { rule: 'randomness', instead: noRandomness }],
  ['generateKeyPair', { rule: 'randomness', instead: noRandomness }],
  ['generateKeyPairSync', { rule: 'randomness', instead: noRandomness }],
  ...['getFullYear', 'getMonth', 'getDate', 'getDay', 'getHours', 'getMinutes', 'getSeconds', 'getTimezoneOffset', 'toDateString', 'toTimeString']
    .map((name): [string, Ban] => [name, { rule: 'environment', instead: utc }]),
]);

/** Modules of Node that bring a clock, a machine or chance with them. */
export const bannedModules: ReadonlyMap<string, Ban> = new Map<string, Ban>([
  ['node:os', { rule: 'environment', instead: asArgument }],
  ['node:process', { rule: 'environment', instead: asArgument }],
  ['node:perf_hooks', { rule: 'clock', instead: blockTime }],
  ['node:timers', { rule: 'timer', instead: noTimer }],
  ['node:timers/promises', { rule: 'timer', instead: noTimer }],
  ['node:dns', { rule: 'environment', instead: asArgument }],
]);

export const dateBan: Ban = { rule: 'clock', instead: `${blockTime}; new Date(milliseconds) with a given time is fine` };
export const forInBan: Ban = { rule: 'iteration', instead: 'use for … of over Object.entries, a Map or an array: for … in also walks prototypes' };
export const stackBan: Ban = { rule: 'stack', instead: 'refuse with a code and a text; a stack names paths of this machine and lines of this release' };
export const floatLiteralBan: Ban = { rule: 'float', instead: exactNumbers };
export const unicodeRegexBan: Ban = { rule: 'locale', instead: 'list the characters you mean: \\p{…} follows the Unicode tables of this release of Node' };
