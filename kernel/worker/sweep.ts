/**
 * Goes in bounded steps, one in each bringOutYourDead: what has died and is too large to go at once; and what an incarnation
 * leaves and nobody can name any more, its virtual kinds and virtual collections. What only they held is let go with them.
 */
import { diedInThisIncarnation, dyingPrefix, forgetDying, hasDying, type Manner } from './dying.js';
import { Step, type References, type Store } from './sweep-step.js';

/** Does all it can for what `mark` stands for; false if some is left for another step. */
type Remove = (step: Step, id: string, mark: string) => boolean;

/**
 * In this order, so that an import that is dropped is recognized by nothing old any more, and is retired with it. What has
 * a mark loses it last: of a kind it is a row of liveslots, of a collection one by our patch.
 */
const families: readonly { readonly prefix: string; readonly counter: 'exportID' | 'collectionID'; readonly removeAll: Remove }[] = [
  { prefix: 'sweep.weak.', counter: 'collectionID', removeAll: forgetKeys },
  { prefix: 'sweep.weak.', counter: 'collectionID', removeAll: removeOldCollection },
  { prefix: 'sweep.strong.', counter: 'collectionID', removeAll: removeOldCollection },
  { prefix: 'vom.vkind.', counter: 'exportID', removeAll: removeKind },
];

export type Sweep = {
  /** Goes on; true if nothing was left when it ended. With the meter off. */
  step(): boolean;
  /** Whether anything has died since that goes in steps. */
  hasDying(): boolean;
};

/**
 * Where it stands lies in the heap; the next incarnation begins again over what is left. The first incarnation makes no
 * syscall until something large has died, and none that has swept all makes any.
 */
export function makeSweep(store: Store, references: References): Sweep {
  let family = 0;
  let after = '';
  let oldMayBeDying: boolean | undefined;

  const sweepDying = (step: Step): boolean => {
    oldMayBeDying ??= references.isOld('exportID', '1');
    while ((oldMayBeDying || hasDying()) && !step.isSpent) {
      const mark = step.next(dyingPrefix, dyingPrefix);
      if (mark === undefined) oldMayBeDying = false;
      else if (!removeDying(step, mark)) return false;
    }
    return !oldMayBeDying && !hasDying();
  };

  const sweepOld = (step: Step): boolean => {
    if (!references.isOld('exportID', '1')) return true;
    while (family < families.length && !step.isSpent) {
      const { prefix, counter, removeAll } = families[family]!;
      const mark = step.next(after === '' ? prefix : after, prefix);
      if (mark === undefined) {
        family += 1;
        after = '';
        continue;
      }
      const [id] = mark.slice(prefix.length).split('.') as [string];
      if (references.isOld(counter, id) && !removeAll(step, id, mark)) return false;
      after = mark;
    }
    return family === families.length;
  };

  return {
    step: () => {
      const step = new Step(store, references);
      return sweepDying(step) && sweepOld(step);
    },
    hasDying,
  };
}

/** What died in this incarnation or, if its mark is older, in one before. */
function removeDying(step: Step, mark: string): boolean {
  const baseRef = mark.slice(dyingPrefix.length);
  const [kind, id] = baseRef.slice(3).split('/') as [string, string];
  const manner = step.get(mark) as Manner;
  const isOld = manner === 'object' ? baseRef.startsWith('o+v') && step.references.isOld('exportID', kind) : step.references.isOld('collectionID', id);
  const isAll = manner === 'object' ? removeState(step, `vom.${baseRef}`, isOld)
    : (manner === 'strong' || (diedInThisIncarnation(baseRef) ? retireKeys : forgetKeys)(step, id)) && removeRows(step, id, isOld);
  if (!isAll) return false;
  if (manner !== 'object' && baseRef.startsWith('o+v')) step.remove(`sweep.${manner}.${id}`);
  step.remove(mark);
  forgetDying(baseRef);
  return true;
}

/** Keys of a weak collection that dies in this incarnation. An import among them is retired as liveslots would do it. */
function retireKeys(step: Step, id: string): boolean {
  return removeKeys(step, id, vref => { step.references.removeRecognizableVref(vref, id, true); });
}

/**
 * Keys of a weak collection that died with its incarnation, or in it. An import among them is not retired for that: whether
 * the kernel holds it to be dropped, only the old heap knew, and to retire what was not dropped would end the vat. Its owner
 * will retire it.
 */
function forgetKeys(step: Step, id: string): boolean {
  return removeKeys(step, id, vref => { step.remove(`vom.ir.${vref}|${id}`); });
}

function removeKeys(step: Step, id: string, forget: (vref: string) => void): boolean {
  const prefix = `vc.${id}.|`;
  return step.removeBelow(`${prefix}o`, key => {
    forget(key.slice(prefix.length));
    step.remove(key);
  });
}

function removeOldCollection(step: Step, id: string, mark: string): boolean {
  if (!removeRows(step, id, true)) return false;
  const baseRef = step.get(mark);
  for (const row of [`vom.rc.${baseRef}`, `vom.es.${baseRef}`, mark]) step.remove(row);
  return true;
}

/** Entries of a collection, then what starts with `|`: the objects that are keys, and liveslots' own rows of it. */
function removeRows(step: Step, id: string, isOld: boolean): boolean {
  const prefix = `vc.${id}.`;
  return step.removeBelow(prefix, key => {
    const name = key.slice(prefix.length);
    if (name.startsWith('|o')) removeKey(step, key, name.slice(1), isOld);
    else if (name === '|entryCount' || name === '|nextOrdinal') step.remove(key);
    else removeData(step, key, isOld, text => (JSON.parse(text) as CapData).slots, slots => ({ body: '', slots }));
  });
}

/** States, counts and export marks of a kind's instances. The kernel gave up their exports at the upgrade: nothing is retired. */
function removeKind(step: Step, id: string, mark: string): boolean {
  const instances = `o+v${id}/`;
  const isAll = step.removeBelow(`vom.${instances}`, key => { removeState(step, key, true); })
    && step.removeBelow(`vom.rc.${instances}`)
    && step.removeBelow(`vom.es.${instances}`);
  if (isAll) step.remove(mark);
  return isAll;
}

type CapData = { readonly body: string; readonly slots: readonly string[] };

/** True if the row is gone. */
function removeState(step: Step, key: string, isOld: boolean): boolean {
  return removeData(step, key, isOld, slotsOfState, slots => ({ rest: { body: '', slots } }));
}

/** Not by flatMap, which takes the engine's stack for each element. */
function slotsOfState(text: string): string[] {
  const all: string[] = [];
  for (const { slots } of Object.values(JSON.parse(text) as Record<string, CapData>)) {
    for (const slot of slots) all.push(slot);
  }
  return all;
}

function removeKey(step: Step, key: string, vref: string, isOld: boolean): void {
  if (step.release([vref], isOld).length === 0) step.remove(key);
}

/** Removes a row once all it held is let go; until then it holds the rest, in its own form. True if it is gone. */
function removeData(step: Step, key: string, isOld: boolean, slotsOf: (text: string) => readonly string[], withSlots: (slots: readonly string[]) => object): boolean {
  const rest = step.release(slotsOf(step.get(key)), isOld);
  if (rest.length === 0) step.remove(key);
  else step.set(key, JSON.stringify(withSlots(rest)));
  return rest.length === 0;
}
