/** `kernel dump`: the tables as plain data in a fixed order, so that two of them can be compared. */
import { compareText, dumpKernel, endOf, keys, type KernelStorage } from '../../../kernel/index.js';
import { UsageFailure } from '../failure.js';
import { outline } from '../output.js';
import { knownVatArg, vatArg, type KernelVerb } from './verb.js';

type Row = { readonly key: string; readonly value: string };

export const dumpVerb: KernelVerb = {
  usage: 'dump',
  description: 'every table of the kernel, in a fixed order; or the rows below a prefix as they are',
  example: 'windlass kernel dump --vat v1 --output json\n  windlass kernel dump --prefix vs.a1.',
  flags: command => command
    .option('--vat <id>', 'only what this vat holds, and what is queued for it')
    .option('--prefix <text>', 'the rows whose keys begin so, such as p. (promises), vs.a1. (the store of v1) or @t.a1. (its transcript)'),
  wants: (_args, { vat, prefix }) => {
    if (typeof prefix === 'string') return { prefixes: [prefix === '' ? wrongPrefix() : prefix] };
    if (typeof vat !== 'string') return 'tables and transcripts';
    return { prefixes: [...tablePrefixes, keys.transcriptOf(vatArg(vat))] };
  },
  answer: async (store, _args, { vat, prefix }) => {
    if (typeof prefix === 'string') {
      const rows = await rowsOf(store.rows, prefix);
      return { json: { rows }, text: rows.map(({ key, value }) => `${key} = ${value}\n`).join('') };
    }
    const only = typeof vat === 'string' ? knownVatArg(store, vat) : undefined;
    const { log: _log, ...dump } = dumpKernel(store.rows, only === undefined ? {} : { vat: only }); // a node's log is not in its store
    return { json: dump, text: outline(dump) };
  },
};

/** What the dump of one vat reads of the tables. */
const tablePrefixes = ['v.', 'vd.', 'c.', 'o.', 'p.', 'pd.', 'ps.', 'pq.', 'g.', 'r.', 'q.', 'qp.'];

function wrongPrefix(): never {
  throw new UsageFailure('--prefix needs the beginning of a key', 'Such as p. or vs.a1.; without it, windlass kernel dump has every table.');
}

const keysAtOnce = 10_000;

async function rowsOf(rows: KernelStorage, prefix: string): Promise<Row[]> {
  const isOnDisk = prefix.startsWith('@') || prefix.startsWith(vatStores);
  const held = isOnDisk ? [] : [...rows.below(prefix)].map(([key, value]) => ({ key, value }));
  const onDisk = isOnDisk ? await rowsOnDisk(rows, prefix) : vatStores.startsWith(prefix) ? await rowsOnDisk(rows, vatStores) : [];
  return [...held, ...onDisk].sort((a, b) => compareText(a.key, b.key));
}

/** These are read from disk in a node, so that a walk over what is in memory does not meet them. */
const vatStores = 'vs.';

async function rowsOnDisk(rows: KernelStorage, prefix: string): Promise<Row[]> {
  const found: Row[] = [];
  let from = prefix;
  for (;;) {
    const page = await rows.keysOnDisk(from, endOf(prefix), keysAtOnce);
    found.push(...page.map(key => ({ key, value: rows.get(key) as string })));
    if (page.length < keysAtOnce) return found;
    from = `${page.at(-1) as string}\0`;
  }
}
