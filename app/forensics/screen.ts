/**
 * What an operator sees of an incident: what happened, whose fault it is as far as is known, what was saved, and what to do. It
 * says "ours" and "the chain's", never what was expected: the reader need not know who compares.
 */
import type { PeerStanding, StepFinding, Verdict } from './compare-with-peers.js';
import type { Side } from '../recorder/diff/index.js';
import type { Cause, Summary } from './summary.js';

const width = 78;
const valueMax = 90;

const titles: Readonly<Record<Cause, string>> = {
  'apphash': 'THIS NODE HAS DIVERGED FROM THE CHAIN',
  'local-nondeterminism': 'THIS MACHINE DID NOT DO THE SAME TWICE',
  'panic': 'THIS NODE HAS STOPPED ON AN ERROR OF ITS OWN',
  'split': 'THE CHAIN IS SPLIT: NO BLOCK HAS TWO THIRDS',
  'manual': 'SAVED ON DEMAND',
  'storage': 'A FILE OF THIS NODE IS DAMAGED',
};

/** At most 4 KB, so that it can be pasted. `folder` is where the bundle lies, as it is to be typed. */
export function screenOf(summary: Summary, folder: string): string {
  const title = ` ${titles[summary.cause]} `;
  const side = Math.max(4, Math.floor((width - title.length) / 2));
  const lines = [
    `${'='.repeat(side)}${title}${'='.repeat(Math.max(4, width - side - title.length))}`,
    ...field('incident', [`${summary.id}      (same id elsewhere = same failure)`]),
    ...field('height', [`${summary.height}     chain ${summary.chainId}     ${summary.time.slice(0, 19).replace('T', ' ')}Z`]),
    ...field('hashes', hashes(summary)),
    ...field('proposed', (summary.proposed ?? []).map(({ appHash, proposer, power }) => `${shortHash(appHash)}  by ${proposer.slice(0, 12)}, ${power}`)),
    ...field('stores', stores(summary)),
    ...field('first bad', summary.comparison?.finding ? firstBad(summary.comparison.finding) : []),
    ...field('peers', summary.cause === 'apphash' ? peers(summary) : []),
    ...field('verdict', verdict(summary)),
    ...field('reason', summary.reason === undefined ? [] : [cut(summary.reason.split('\n')[0] ?? '', 2 * valueMax)]),
    ...field('saved', [`${folder}   (${Math.max(1, Math.ceil(summary.bytes / 1024))} KB${summary.seen > 1 ? `, seen ${summary.seen} times` : ''})`]),
    ...field('do', advice(summary)),
    ...field('signing', signing(summary)),
    '='.repeat(width),
  ];
  return `${lines.join('\n')}\n`;
}

function field(name: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => ` ${(index === 0 ? name : '').padEnd(11)}${line}`.trimEnd());
}

function hashes({ ours, theirs }: Summary): string[] {
  const all = ours ? [`ours         ${shortHash(ours.appHash)}`] : [];
  if (!theirs) return all;
  const share = theirs.power !== undefined && theirs.totalPower !== undefined ? `, ${percent(theirs.power, theirs.totalPower)} of power` : '';
  return [...all, `the chain's  ${shortHash(theirs.appHash)}   (${theirs.isVerified ? '+2/3' : 'not verified'}${share}, by ${theirs.source})`];
}

/** 64 hex digits are for machines: summary.json has all of them. */
const shortHash = (hex: string): string => `${hex.slice(0, 8)}...${hex.slice(-7)}`.toUpperCase();

function percent(power: string, total: string): string {
  const tenths = total === '0' ? 0n : (BigInt(power) * 1000n) / BigInt(total);
  return `${tenths / 10n}.${tenths % 10n}%`;
}

function stores({ comparison }: Summary): string[] {
  if (!comparison || comparison.stores.length === 0) return [];
  const apart = comparison.stores.filter(({ isSame }) => !isSame).map(({ name }) => `${name} DIFFERS`);
  const same = comparison.stores.length - apart.length;
  return [[...apart, `${same === 0 ? 'no other is' : `${same} others`} the same`].join('   ')];
}

function firstBad({ step, place, of, kind, difference, agreeing, told }: StepFinding): string[] {
  const where = difference ? [
    difference.vat === undefined ? undefined : `vat ${difference.vat}`,
    difference.delivery === undefined ? undefined : `delivery ${difference.delivery}`,
    difference.syscall === undefined ? undefined : `syscall ${difference.syscall}`,
  ].filter(part => part !== undefined) : [];
  const head = `${kind === 'crank' ? 'crank' : `step ${kind}`} ${step} (${ordinal(place)} of ${of})${where.length > 0 ? `, ${where.join(', ')}` : ''}`;
  if (!difference) return [head, told === 0 ? 'no peer keeps what it recorded of it' : 'this node has no record of it'];
  const [first] = difference.fields;
  const [row] = difference.rows;
  const sides = difference.verdict === 'kv-only' && row
    ? [`ours         ${row.key} = ${cut(row.ours ?? '(not written)')}`, `the chain's  ${row.key} = ${cut(row.theirs ?? '(not written)')}`]
    : [side('ours', difference.ours, first?.path, first?.ours), side('the chain\'s', difference.theirs, first?.path, first?.theirs)];
  return [head, ...sides, `${agreeing} of ${told} peers that tell of it tell the same`];
}

function side(name: string, { text }: Side, path: string | undefined, value: unknown): string {
  const what = text === undefined ? '(nothing there)' : path === undefined || path === '' ? cut(text) : `${path} = ${cut(JSON.stringify(value) ?? '(nothing there)')}`;
  return `${name.padEnd(13)}${what}`;
}

function cut(text: string, max: number = valueMax): string {
  const plain = [...text].map(char => (char < ' ' || char === '\u007f' ? ' ' : char)).join('');
  return plain.length <= max ? plain : `${plain.slice(0, max - 3)}...`;
}

function ordinal(number: number): string {
  const suffix = number % 100 >= 11 && number % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${suffix}`;
}

function peers({ id, comparison, peersConfigured }: Summary): string[] {
  if (peersConfigured === 0) return ['none could be asked: app.toml names none ([forensics] peers); whom CometBFT', 'knows tells it no address of an RPC. Next:', `windlass forensics compare ${id} --peer http://HOST:26657`];
  if (!comparison) return ['not asked yet'];
  const of = (state: PeerStanding['state']): readonly PeerStanding[] => comparison.peers.filter(peer => peer.state === state);
  const agree = of('agrees');
  return [
    `${agree.length} of ${comparison.peers.length} prove what the chain did`,
    ...of('lies').map(({ url, reason = '' }) => `${url} LIES: ${cut(reason)}`),
    ...of('silent').map(({ url, reason = '' }) => `${url} is silent: ${cut(reason)}`),
    ...of('refuses').map(({ url, reason = '' }) => `${url} does not tell: ${cut(reason)}`),
    ...(agree.length === 0 ? [`Next: windlass forensics compare ${id} --peer http://HOST:26657`] : []),
  ];
}

const meanings: Readonly<Record<Verdict, string>> = {
  'store-only': 'every step of the kernel is the same; a store of the app state differs',
  'input': 'the contract was given something else',
  'syscall': 'the contract did something else with the same input',
  'result': 'the contract was answered something else, or ended otherwise',
  'meter': 'the contract did the same, with another count of computrons',
  'kv-only': 'the contract did the same, and other rows were written',
  'schedule': 'another item was executed, or in another order',
  'shape': 'the same rows were written, and have another hash',
  'earlier': 'the block before ended apart already: compare that one',
  'unknown': 'not located yet',
};

function verdict({ cause, comparison, rerun, height }: Summary): string[] {
  const lines: string[] = [];
  if (cause === 'apphash') lines.push('our execution is the odd one out');
  if (comparison) lines.push(`${comparison.verdict}: ${meanings[comparison.verdict]}`);
  if (rerun?.result === 'reproducible') lines.push(`re-run of block ${height}: the same wrong result again (reproducible)`);
  if (rerun?.result === 'transient') lines.push(`re-run of block ${height}: the chain's result (transient: suspect this machine)`);
  if (rerun?.result === 'neither') lines.push(`re-run of block ${height}: another result than both before (transient: suspect this machine)`);
  return lines;
}

function advice({ cause, id, height, rerun }: Summary): string[] {
  const share = ['1. search the channel for the id; 2. paste this screen;', `3. windlass forensics collect ${id}   4. keep the data folder;`];
  switch (cause) {
    case 'apphash': return [
      ...share, ...(rerun ? [] : [`does it repeat? windlass forensics rerun ${id}`]),
      `resume: windlass rollback --to ${BigInt(height) - 1n}, then start; do NOT reset or resync first.`,
    ];
    case 'local-nondeterminism': return [...share, 'test the memory and the disk of this machine before it validates again.'];
    case 'panic': return [...share, 'start it again: a block that was not committed is executed again.'];
    case 'split': return [...share, 'wait: this node goes on as soon as a block has two thirds.'];
    case 'manual':
    case 'storage': return [`windlass forensics collect ${id} makes a file to send`];
  }
}

function signing({ cause, onDivergence }: Summary): string[] {
  if (cause !== 'apphash') return [];
  return onDivergence === 'hold'
    ? ['stopped: CometBFT has halted its consensus here; queries are answered on.']
    : ['stopped: CometBFT of this node is ended, and nothing is signed any more.'];
}

