/**
 * A vat's life as rows of the host's database: slot/<vat>, saga/<vat>.<gen>/meta, and saga/<vat>.<gen>/<node>/<event> for each
 * entry of the log. Names and encodings are an interface: the next release reads them.
 */
import assert from 'node:assert/strict';
import type { HostStore } from './host-store.js';
import type { Saga, SagaEntry, Slot, VatLife } from './life.js';

/** `value` undefined deletes. */
export type HostRow = { readonly key: string; readonly value: string | undefined };

export const slotPrefix = 'slot/';
export const sagaPrefix = 'saga/';

const dag = 'worker/1';
type Meta = { dag: string; vat: string; gen: number; executor: number; tag: string; over?: number; abandoned?: string };

export function rowsOf(life: VatLife): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  if (life.slot) rows.set(`${slotPrefix}${life.vat}`, JSON.stringify(life.slot));
  for (const { gen, executor, tag, over, log, abandoned } of life.sagas) {
    const id = `${sagaPrefix}${life.vat}.${gen}/`;
    const meta: Meta = { dag, vat: life.vat, gen, executor, tag, ...(over === undefined ? {} : { over }), ...(abandoned === undefined ? {} : { abandoned }) };
    rows.set(`${id}meta`, JSON.stringify(meta));
    for (const [entry, output] of log) rows.set(`${id}${entry}`, output);
  }
  return rows;
}

/** What is to be written for `after` to be there. */
export function changedRows(before: VatLife, after: VatLife): HostRow[] {
  const [old, now] = [rowsOf(before), rowsOf(after)];
  const set = [...now].filter(([key, value]) => old.get(key) !== value).map(([key, value]) => ({ key, value }));
  const gone = [...old.keys()].filter(key => !now.has(key)).map(key => ({ key, value: undefined }));
  return [...set, ...gone];
}

/** All lives that a host's store knows of, by vat. Rejects as livesOf throws. */
export async function readLives(store: Pick<HostStore, 'rows'>): Promise<Map<string, VatLife>> {
  return livesOf([...(await store.rows(slotPrefix)), ...(await store.rows(sagaPrefix))]);
}

/** All lives in the rows, by vat. Throws when the rows cannot be what this program, or an earlier one, wrote. */
export function livesOf(rows: Iterable<readonly [string, string]>): Map<string, VatLife> {
  const lives = new Map<string, VatLife>();
  const logs = new Map<string, Map<SagaEntry, string>>();
  const metas = new Map<string, Meta>();
  const lifeOf = (vat: string): VatLife => lives.get(vat) ?? { vat, sagas: [] };
  for (const [key, value] of rows) {
    if (key.startsWith(slotPrefix)) {
      const vat = key.slice(slotPrefix.length);
      lives.set(vat, { ...lifeOf(vat), slot: JSON.parse(value) as Slot });
    } else if (key.startsWith(sagaPrefix)) {
      const [, id, entry] = /^saga\/([^/]+)\/(.+)$/.exec(key) ?? [];
      assert(id !== undefined && entry !== undefined, `the host's database has a row ${key}, which is of no saga`);
      if (entry === 'meta') metas.set(id, JSON.parse(value) as Meta);
      else logs.set(id, (logs.get(id) ?? new Map<SagaEntry, string>()).set(entry as SagaEntry, value));
    }
  }
  for (const [id, { dag: written, vat, gen, executor, tag, over, abandoned }] of metas) {
    assert.equal(written, dag, `saga ${id} is of a kind that this release does not know: start the release that wrote it once more`);
    const saga: Saga = { gen, executor, tag, ...(over === undefined ? {} : { over }), log: logs.get(id) ?? new Map(), ...(abandoned === undefined ? {} : { abandoned }) };
    const life = lifeOf(vat);
    lives.set(vat, { ...life, sagas: [...life.sagas, saga].sort((a, b) => a.gen - b.gen) });
  }
  for (const id of logs.keys()) assert(metas.has(id), `saga ${id} has a log but no description`);
  return lives;
}
