/** Stories of a vat that leaves virtual data behind at its upgrades, test/vats/kernel/leaver.js. */
import assert from 'node:assert/strict';
import { slotRef } from '../../kernel/capdata.js';
import { keys, type VatId } from '../../kernel/index.js';
import { endOf, vatStoreKeyText } from '../../kernel/store/keys.js';
import type { TranscriptEntry } from '../../kernel/store/transcript.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from './kernel.js';

export const source = 'v1' as VatId;
export const leaver = 'v2' as VatId;

/** A source of objects and a leaver, with a bringOutYourDead after each delivery if nothing else is said. */
export async function makeLeaver(options: TestKernelOptions = {}): Promise<TestKernel> {
  const k = await makeTestKernel({ vats: ['kernel/leaver'], ...options, params: { reapInterval: 1, ...options.params } });
  await fulfilled(k, k.createVat('alice', 'kernel/leaver', 'source'));
  await fulfilled(k, k.createVat('alice', 'kernel/leaver', 'leaver', { source: slotRef('source') }));
  return k;
}

export async function fulfilled(k: TestKernel, id: bigint): Promise<string> {
  const { state, result } = await k.outcome(id);
  assert.equal(state, 'fulfilled', result.body);
  return result.body;
}

export const call = (k: TestKernel, method: string, args: readonly bigint[] = []): Promise<string> => fulfilled(k, k.invoke('alice', 'leaver', method, args));

export const upgradeLeaver = (k: TestKernel): Promise<string> => {
  const parameters = { body: '#{"source":"$0"}', slots: ['source'] };
  return fulfilled(k, k.queue({ kind: 'upgrade-vat', sender: 'alice', vat: leaver, bundleId: k.bundleId('kernel/leaver'), parameters, upgradeMessage: '' }));
};

/** Keys of the leaver's store. */
export async function storeKeys(k: TestKernel): Promise<string[]> {
  const prefix = keys.vatStoreOf(leaver);
  return (await k.backing.keys(prefix, endOf(prefix), Infinity)).map(key => vatStoreKeyText(leaver, key));
}

/** Keys of virtual kinds, virtual objects and virtual collections, with what recognizes their keys. */
export async function virtualKeys(k: TestKernel): Promise<string[]> {
  const all = await storeKeys(k);
  const collections = new Set(all.filter(key => key.startsWith('sweep.')).map(key => key.split('.')[2]));
  const isOfCollection = (key: string): boolean => collections.has(/^vc\.(\d+)\./.exec(key)?.[1] ?? /^vom\.ir\.[^|]*\|(\d+)$/.exec(key)?.[1] ?? '');
  return all.filter(key => key.includes('o+v') || /^(?:sweep|vom\.vkind)\./.test(key) || isOfCollection(key));
}

/** c-list rows by vref, of imports or exports of objects. */
export function objectsIn(k: TestKernel, vat: VatId, prefix: 'o-' | 'o+'): string[] {
  return [...k.kernel.state.rows.below(keys.clistObjectsOf(vat))].map(([, text]) => text).filter(text => text.slice(2).startsWith(prefix));
}

/** How many syscalls each bringOutYourDead made that is still in the leaver's transcript. */
export async function collections(k: TestKernel): Promise<number[]> {
  const prefix = keys.transcriptOf(leaver);
  const entries = (await k.backing.keys(prefix, endOf(prefix), Infinity)).map(key => JSON.parse(k.backing.getSync(key) as string) as TranscriptEntry);
  return entries.flatMap(entry => ('d' in entry && entry.d[0] === 'bringOutYourDead' ? [entry.sc.length] : []));
}
