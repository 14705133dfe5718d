/** The graph in which cycles are looked for: settled promises and objects of services, by the references in their data. */
import { isPromise, storedKref, type Kref } from '../ids.js';
import { ownerOf, readObject } from '../objects.js';
import { knownPromise, readPromise, resolutionOf, writePromise } from '../promises.js';
import { releaseSlots } from '../refcount.js';
import { serviceData, setServiceData } from '../service/objects.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import { undefinedData } from '../errors.js';
import { dropCandidate, holdingService, linksOfObject } from './candidates.js';

/** What the data of `kref` names, each as often as it holds it; undefined when nothing can come back from there. */
export function linksOf(state: KernelState, kref: Kref): readonly Kref[] | undefined {
  if (isPromise(kref)) return readPromise(state.rows, kref)?.leadsOn ? resolutionOf(state.rows, kref).slots.map(storedKref) : undefined;
  return linksOfObject(state, kref, ownerOf(state.rows, kref))?.map(storedKref);
}

/** How often it is held: what is only recognized does not count. */
export function holdsOn(state: KernelState, kref: Kref): number {
  return isPromise(kref) ? knownPromise(state.rows, kref).count : (readObject(state.rows, kref)?.reachable ?? 0);
}

/** Takes the data away from what nobody can reach, so that counting goes on by itself. */
export function cutLinks(state: KernelState, kref: Kref): void {
  const slots = linksOf(state, kref) ?? [];
  if (isPromise(kref)) {
    writePromise(state, kref, { ...knownPromise(state.rows, kref), leadsOn: false });
    state.rows.set(keys.promiseData(kref), JSON.stringify(undefinedData));
  } else {
    const data = serviceData(state.rows, kref);
    const service = holdingService(state, ownerOf(state.rows, kref));
    if (data && service?.emptied) setServiceData(state, kref, service.emptied(data));
  }
  dropCandidate(state, kref);
  releaseSlots(state, { body: '', slots });
}
