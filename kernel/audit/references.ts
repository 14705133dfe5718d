/** Invariants of c-lists, counts and collection (kernel reference 3.1 and 3.3). Each returns a sentence per violation. */
import { isPromise, parseVref, type KernelObjectId } from '../ids.js';
import { keys, numberAtEnd, vatAtEnd, vatAtStart } from '../store/keys.js';
import { countHolders } from './holders.js';
import { isLive, objectAtStart, rowsBelow, type View } from './view.js';

export function clistsAreBijections({ rows, entries }: View): string[] {
  const forward = entries
    .filter(({ vat, kref, entry }) => rows.get(keys.clistVref(vat, entry.vref)) !== kref)
    .map(({ vat, kref, entry }) => `${vat} has ${kref} as ${entry.vref}, but ${entry.vref} stands for ${rows.get(keys.clistVref(vat, entry.vref)) ?? 'nothing'}`);
  const back = rowsBelow(rows, 'c.').filter(({ key }) => key.split('.')[2] === 'v');
  return back.length === entries.length ? forward : [...forward, `c-lists have ${entries.length} krefs and ${back.length} vrefs`];
}

export function entriesReferToWhatExists(view: View): string[] {
  return view.entries.flatMap(({ vat, kref, entry }) => {
    const what = `${kref}, which ${vat} has as ${entry.vref},`;
    if (!view.vats.has(vat)) return [`${what} is of a vat that is forgotten`];
    const info = parseVref(entry.vref);
    if (info?.type !== (isPromise(kref) ? 'promise' : 'object')) return [`${what} has a name of another kind`];
    if (isPromise(kref)) return view.promises.has(kref) ? [] : [`${what} does not exist`];
    const object = view.objects.get(kref);
    if (!isLive(view, vat)) return [];
    const isOwner = object?.owner !== undefined && 'vat' in object.owner && object.owner.vat === vat;
    if (info.allocatedByVat) return isOwner ? [] : [`${what} is not its own`];
    if (isOwner) return [`${what} is its own`];
    const isTold = view.gcActions.has(keys.gcAction(vat, 3, kref));
    return object || (isTold && !entry.reachable) ? [] : [`${what} does not exist, and no retireImports says so`];
  });
}

export function ownersHaveWhatTheyExport(view: View): string[] {
  return [...view.objects].flatMap(([kref, { owner, reachable, recognizable }]) => {
    if (owner && 'service' in owner) return view.rows.get(keys.serviceData(kref)) === undefined ? [`${kref} of service ${owner.service} has no data`] : [];
    if (!owner) return [];
    if (!view.vats.has(owner.vat)) return [`${kref} is owned by ${owner.vat}, which is forgotten`];
    const text = view.rows.get(keys.clistKref(owner.vat, kref));
    if (text === undefined) return [`${owner.vat} owns ${kref} but does not have it`];
    if (!isLive(view, owner.vat)) return [];
    const will = (rank: 1 | 2): boolean => view.gcActions.has(keys.gcAction(owner.vat, rank, kref));
    return [
      ...(reachable > 0 && text.startsWith('_') ? [`${kref} can be reached but ${owner.vat} was told that it cannot`] : []),
      ...(reachable === 0 && text.startsWith('R') && !will(1) ? [`nobody reaches ${kref}, and no dropExports tells ${owner.vat}`] : []),
      ...(recognizable === 0 && !will(2) ? [`nobody knows ${kref}, and no retireExports tells ${owner.vat}`] : []),
    ];
  });
}

export function orphansAndServiceObjectsAreHeld({ objects }: View): string[] {
  const unheld = [...objects].filter(([, { owner, reachable }]) => reachable === 0 && (!owner || 'service' in owner)).map(([kref]) => `${kref} is reached by nobody and should be gone`);
  return unheld;
}

export function serviceDataIsOfServiceObjects({ objects, rows }: View): string[] {
  return rowsBelow(rows, 'os.')
    .filter(({ key }) => {
      const owner = objects.get(objectAtStart(key))?.owner;
      return owner === undefined || !('service' in owner);
    })
    .map(({ key }) => `there is service data of ${objectAtStart(key)}, which is of no service`);
}

export function countsMatchHolders(view: View, others: readonly string[]): string[] {
  const holders = countHolders(view, others);
  const wrong: string[] = [];
  for (const [kref, { reachable, recognizable }] of view.objects) {
    const held = holders.get(kref) ?? { reachable: 0, recognizable: 0, by: [] };
    if (held.reachable !== reachable || held.recognizable !== recognizable) {
      wrong.push(`${kref} counts ${reachable} reachable and ${recognizable} recognizable, but is held ${held.reachable} and ${held.recognizable} times: ${held.by.join(', ') || 'by nobody'}`);
    }
  }
  for (const [kp, { count }] of view.promises) {
    const held = holders.get(kp);
    if ((held?.recognizable ?? 0) !== count) wrong.push(`${kp} counts ${count}, but is held ${held?.recognizable ?? 0} times: ${held?.by.join(', ') ?? 'by nobody'}`);
  }
  for (const [kref, { reachable, by }] of holders) {
    const exists = isPromise(kref) ? view.promises.has(kref) : view.objects.has(kref);
    if (!exists && reachable > 0) wrong.push(`${kref} does not exist, but is held by ${by.join(', ')}`);
  }
  return wrong;
}

/** A promise goes at the end of the step in which its count reaches zero, unresolved ones too (kernel reference 3.2, 15). */
export function promisesAreHeld({ promises }: View): string[] {
  return [...promises].filter(([, { count }]) => count === 0).map(([kp]) => `${kp} is held by nobody and should be gone`);
}

export function importersIndexIsExact({ rows, entries }: View): string[] {
  const imports = new Set(entries.filter(({ entry }) => entry.vref.startsWith('o-')).map(({ vat, kref }) => keys.importer(kref as KernelObjectId, vat)));
  const indexed = rowsBelow(rows, 'oi.').map(({ key }) => key);
  return [
    ...indexed.filter(key => !imports.has(key)).map(key => `${vatAtEnd(key)} is indexed as an importer of ${objectAtStart(key)}, but is none`),
    ...[...imports].filter(key => rows.get(key) === undefined).map(key => `${vatAtEnd(key)} imports ${objectAtStart(key)} but is not indexed`),
  ];
}

export function gcActionsAreForLiveVats(view: View): string[] {
  return [...view.gcActions].filter(key => !isLive(view, vatAtStart(key))).map(key => `a GC action about ko${numberAtEnd(key)} is for ${vatAtStart(key)}, which is not alive`);
}

/** Numbers are never used twice: the next of each kind is above all that are known. */
export function numbersAreFresh({ rows, objects, promises, vats }: View): string[] {
  const wrong: string[] = [];
  const check = (what: 'object' | 'promise' | 'vat', ids: Iterable<string>): void => {
    const next = Number(rows.get(keys.next(what)) ?? 0);
    for (const id of ids) if (Number(id.replace(/^[a-z]+/, '')) >= next) wrong.push(`${id} exists, but the next ${what} has number ${next}`);
  };
  check('object', objects.keys());
  check('promise', promises.keys());
  check('vat', vats.keys());
  return wrong;
}
