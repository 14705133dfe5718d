/** `kernel vats`, `vat`, `promises`, `objects`, `stats`: one table each. */
import { allVats, dumpKernel, kernelStats, keys, readProgress, readVat, type KernelDump, type VatId } from '../../../kernel/index.js';
import type { KernelStore } from '../../control/kernel-store.js';
import { outline } from '../output.js';
import { short, table } from './table.js';
import { knownVatArg, vatArg, type KernelVerb } from './verb.js';

const vatRows = ['v.', 'vd.'];

export const vatsVerb: KernelVerb = {
  usage: 'vats',
  description: 'every vat that has a record, terminated ones too',
  example: 'windlass kernel vats --home ./validator',
  wants: () => ({ prefixes: vatRows }),
  answer: store => {
    const vats = allVats(store.rows).map(vat => vatLine(store, vat));
    return {
      json: { vats },
      text: table(['VAT', 'LABEL', 'LIFE', 'INCARNATION', 'DELIVERIES', 'SPAN', 'COMPUTRONS', 'STORE', 'OWNER'], vats.map(vat => [
        vat.vat, short(vat.label, 30), vat.life, vat.incarnation, vat.position, vat.span, Number(vat.computrons), vat.store_bytes, vat.owner || '-',
      ])),
    };
  },
};

type VatLine = {
  readonly vat: VatId; readonly label: string; readonly owner: string; readonly life: string; readonly incarnation: number; readonly bundle_id: string; readonly engine: string;
  readonly position: number; readonly span: number; readonly computrons: string; readonly store_bytes: number;
};

function vatLine({ rows }: KernelStore, vat: VatId): VatLine {
  const record = readVat(rows, vat);
  if (!record) throw new Error(`${vat} has no record`);
  const { position, spanStart, used, stored } = readProgress(rows, vat);
  return {
    vat, label: record.label, owner: record.owner, life: record.life, incarnation: record.incarnation, bundle_id: record.bundleId, engine: record.engine,
    position, span: position - spanStart, computrons: used, store_bytes: stored,
  };
}

export const vatVerb: KernelVerb = {
  usage: 'vat <id>',
  description: 'one vat: its record, its progress, and what it holds',
  example: 'windlass kernel vat v1',
  wants: ([id]) => {
    const vat = vatArg(id);
    return { prefixes: [...vatRows, keys.vatParameters(vat), keys.clistObjectsOf(vat), keys.clistPromisesOf(vat), keys.pausedItemsOf(vat), keys.gcActionsOf(vat), keys.allReaps, keys.allLaterReaps] };
  },
  answer: (store, [id]) => {
    const vat = knownVatArg(store, id);
    const { rows } = store;
    const vrefs = [...rows.below(keys.clistObjectsOf(vat))].map(([, text]) => text.slice(2));
    const found = {
      ...vatLine(store, vat),
      settings: readVat(rows, vat)?.settings,
      admin: readVat(rows, vat)?.admin ?? null,
      progress: readProgress(rows, vat),
      parameters: JSON.parse(rows.get(keys.vatParameters(vat)) ?? 'null') as unknown,
      exports: vrefs.filter(vref => vref.startsWith('o+')).length,
      imports: vrefs.filter(vref => vref.startsWith('o-')).length,
      promises: [...rows.below(keys.clistPromisesOf(vat))].length,
      gc_actions: [...rows.below(keys.gcActionsOf(vat))].length,
      waiting_while_paused: [...rows.below(keys.pausedItemsOf(vat))].length,
    };
    return { json: found, text: outline(found) };
  },
};

export const promisesVerb: KernelVerb = {
  usage: 'promises',
  description: 'every promise: its state, who decides it, who waits for it',
  example: 'windlass kernel promises --output json',
  wants: () => ({ prefixes: ['p.', 'pd.', 'ps.', 'pq.'] }),
  answer: ({ rows }) => {
    const { promises } = dumpKernel(rows);
    return { json: { promises }, text: table(['PROMISE', 'STATE', 'HELD', 'DECIDER', 'SUBSCRIBERS', 'QUEUED', 'DATA'], promises.map(promiseCells)) };
  },
};

function promiseCells({ id, state, refCount, decider, subscribers, queue, data }: KernelDump['promises'][number]): readonly (string | number)[] {
  return [id, state, refCount, decider ?? '-', subscribers.join(' ') || '-', queue.length, data ? short(data.body) : '-'];
}

export const objectsVerb: KernelVerb = {
  usage: 'objects',
  description: 'every object: who owns it, and how often it is reachable and recognizable',
  example: 'windlass kernel objects',
  wants: () => ({ prefixes: ['o.'] }),
  answer: ({ rows }) => {
    const { objects } = dumpKernel(rows);
    return {
      json: { objects: objects.map(([kref, owner, reachable, recognizable]) => ({ kref, owner, reachable, recognizable })) },
      text: table(['OBJECT', 'OWNER', 'REACHABLE', 'RECOGNIZABLE'], objects.map(([kref, owner, ...counts]) => [kref, owner ?? 'none', ...counts])),
    };
  },
};

export const statsVerb: KernelVerb = {
  usage: 'stats',
  description: 'counts of what is in the tables now, each counted for this answer',
  example: 'windlass kernel stats',
  wants: () => 'tables',
  answer: ({ rows }) => {
    const stats = { ...kernelStats(rows) };
    return { json: stats, text: table(['COUNT OF', 'IS'], Object.entries(stats).map(([name, value]) => [name, Number(value)])) };
  },
};
