/** The screens of `screens.txt`: incidents that were made up, and what an operator is shown of them. */
import { screenOf } from '../../../app/forensics/screen.js';
import type { Comparison } from '../../../app/forensics/compare-with-peers.js';
import type { Cause, Summary } from '../../../app/forensics/summary.js';

const hash = (digit: string): string => `${digit}7c1f387${'0'.repeat(49)}${digit}bb158d`;
const stores = ['acc', 'bank', 'kernel'].map(name => ({ name, root: hash('1') }));

export const base: Summary = {
  format: 1, id: '8813-5f2c91d07be4a360', cause: 'apphash', chainId: 'windlass-1', height: '8813', time: '2026-11-20T07:31:12.345Z', seen: 1, release: '0.1.0', platform: 'node', bytes: 96_000,
  onDivergence: 'exit', peersConfigured: 4, isBeforeAgreed: true,
  ours: { appHash: hash('a'), blockHash: hash('b'), activity: hash('c'), stores },
  theirs: { appHash: hash('e'), power: '841', totalPower: '1000', source: 'http://10.0.0.7:26657', isVerified: true },
};

export const comparison: Comparison = {
  verdict: 'syscall',
  peers: [
    { url: 'http://10.0.0.7:26657', state: 'agrees', reason: undefined }, { url: 'http://10.0.0.8:26657', state: 'agrees', reason: undefined },
    { url: 'http://10.0.0.9:26657', state: 'lies', reason: 'its steps do not end in the activity hash' }, { url: 'http://10.0.0.10:26657', state: 'silent', reason: 'ECONNREFUSED' },
  ],
  stores: [{ name: 'acc', isSame: true }, { name: 'bank', isSame: true }, { name: 'kernel', isSame: false }],
  finding: {
    step: 20114, place: 14, of: 64, kind: 'crank', agreeing: 2, told: 2,
    difference: {
      verdict: 'syscall', vat: 'v14', delivery: 79364, syscall: 31, type: 'syscall', rows: [],
      ours: { text: '{"type":"syscall"}', place: 40 }, theirs: { text: '{"type":"syscall"}', place: 40 },
      fields: [{ path: 'vsc[1][0][2].body.balance', ours: '+162000486000', theirs: '+158000474000' }],
    },
  },
};

const kvOnly: Comparison = {
  ...comparison, verdict: 'kv-only',
  finding: { ...comparison.finding as NonNullable<Comparison['finding']>, difference: {
    verdict: 'kv-only', vat: undefined, delivery: undefined, syscall: undefined, type: 'crank-finish', fields: [{ path: 'crankhash', ours: 'a', theirs: 'b' }],
    ours: { text: 'x', place: 9 }, theirs: { text: 'y', place: 9 }, rows: [{ key: 'p.b40', ours: 'u 2 v7', theirs: 'u 1 v7' }],
  } },
};

const screens: readonly (readonly [title: string, summary: Summary])[] = [
  ['a syscall differs, one peer lies and one is silent', { ...base, comparison }],
  ['a row differs, and the re-run repeats it', { ...base, comparison: kvOnly, seen: 3, rerun: { result: 'reproducible', appHash: hash('a'), time: base.time } }],
  ['another store differs, on a node that holds', { ...base, onDivergence: 'hold', comparison: { ...comparison, verdict: 'store-only', finding: undefined, peers: comparison.peers.slice(0, 2) } }],
  ['nobody is known who could be asked', { ...base, peersConfigured: 0 }],
  ['nobody answers', { ...base, comparison: { verdict: 'unknown', peers: comparison.peers.slice(2), stores: [], finding: undefined } }],
  ...(['local-nondeterminism', 'panic', 'manual', 'storage'] as const).map((cause: Cause) => [cause, { ...base, theirs: undefined, cause, reason: 'Error: a broken invariant\n  and more' } as unknown as Summary] as const),
  ['a split chain', { ...base, cause: 'split', theirs: undefined, proposed: [{ appHash: hash('a'), proposer: '0123456789ABCDEF0123', power: '50 of 100 voted for it' }, { appHash: hash('e'), proposer: 'FEDCBA9876543210FEDC', power: '50 of 100 voted for it' }] } as unknown as Summary],
];

/** All of them, with a title above each. */
export const screensText: string = screens.map(([title, summary]) => `# ${title}\n${screenOf(summary, 'forensics/8813-5f2c91d07be4a360')}`).join('\n');
