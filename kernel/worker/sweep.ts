/**
 * What an incarnation leaves and nobody can name any more, its virtual kinds and virtual collections, goes in bounded
 * steps, one in each bringOutYourDead of the next; what only they held is let go with them. liveslots would keep it.
 */
import { Step, type References, type Store } from './sweep-step.js';

/** Does all it can for what `mark` stands for; false if some is left for another step. */
type Remove = (step: Step, id: string, mark: string) => boolean;

/**
 * In this order, so that an import that is dropped is recognized by nothing old any more, and is retired with it. What has
 * a mark loses it last: of a kind it is a row of liveslots, of a collection one by our patch.
 */
const families: readonly { readonly prefix: string; readonly counter: 'exportID' | 'collectionID'; readonly removeAll: Remove }[] = [
  { prefix: 'sweep.weak.', counter: 'collectionID', removeAll: forgetKeys },
  { prefix: 'sweep.weak.', counter: 'collectionID', removeAll: removeCollection },
  { prefix: 'sweep.strong.', counter: 'collectionID', removeAll: removeCollection },
  { prefix: 'vom.vkind.', counter: 'exportID', removeAll: removeKind },
];

/**
 * Gives the function that does one step. Where it stands lies in the heap; the next incarnation begins again over what is
 * left. The first incarnation, and one that has swept all, makes no syscall. With the meter off.
 */
export function makeSweep(store: Store, references: References): () => void {
  let family = 0;
  let after = '';
  return () => {
    if (!references.isOld('exportID', '1')) return;
    const step = new Step(store, references);
    while (family < families.length && !step.isSpent) {
      const { prefix, counter, removeAll } = families[family]!;
      const mark = step.next(after === '' ? prefix : after, prefix);
      if (mark === undefined) {
        family += 1;
        after = '';
        continue;
      }
      const [id] = mark.slice(prefix.length).split('.') as [string];
      if (references.isOld(counter, id) && !removeAll(step, id, mark)) return;
      after = mark;
    }
  };
}

/**
 * Keys of a weak collection. An import among them is not retired for that: whether the kernel holds it to be dropped, only
 * the old heap knew, and to retire what was not dropped would end the vat. Its owner will retire it.
 */
function forgetKeys(step: Step, id: string): boolean {
  const prefix = `vc.${id}.|`;
  return step.removeBelow(`${prefix}o`, key => {
    step.remove(`vom.ir.${key.slice(prefix.length)}|${id}`);
    step.remove(key);
  });
}

/** Entries, then what starts with `|`: the objects that are keys, and liveslots' own rows of the collection. */
function removeCollection(step: Step, id: string, mark: string): boolean {
  const prefix = `vc.${id}.`;
  const isAll = step.removeBelow(prefix, key => {
    const name = key.slice(prefix.length);
    if (name.startsWith('|o')) removeKey(step, key, name.slice(1));
    else if (name === '|entryCount' || name === '|nextOrdinal') step.remove(key);
    else removeData(step, key, text => (JSON.parse(text) as CapData).slots, slots => ({ body: '', slots }));
  });
  if (!isAll) return false;
  const baseRef = step.get(mark);
  for (const row of [`vom.rc.${baseRef}`, `vom.es.${baseRef}`, mark]) step.remove(row);
  return true;
}

/** States, counts and export marks of a kind's instances. The kernel gave up their exports at the upgrade: nothing is retired. */
function removeKind(step: Step, id: string, mark: string): boolean {
  const instances = `o+v${id}/`;
  const isAll = step.removeBelow(`vom.${instances}`, key => { removeData(step, key, slotsOfState, slots => ({ rest: { body: '', slots } })); })
    && step.removeBelow(`vom.rc.${instances}`)
    && step.removeBelow(`vom.es.${instances}`);
  if (isAll) step.remove(mark);
  return isAll;
}

type CapData = { readonly body: string; readonly slots: readonly string[] };

function slotsOfState(text: string): string[] {
  return Object.values(JSON.parse(text) as Record<string, CapData>).flatMap(({ slots }) => slots);
}

function removeKey(step: Step, key: string, vref: string): void {
  step.release([vref]);
  step.remove(key);
}

/** Removes a row once all it held is let go; until then it holds the rest, in its own form. */
function removeData(step: Step, key: string, slotsOf: (text: string) => readonly string[], withSlots: (slots: readonly string[]) => object): void {
  const rest = step.release(slotsOf(step.get(key)));
  if (rest.length === 0) step.remove(key);
  else step.set(key, JSON.stringify(withSlots(rest)));
}
