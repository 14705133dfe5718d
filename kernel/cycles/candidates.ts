/**
 * What the collection of cycles is told while the kernel works. A settled promise never changes what it names, so a cycle
 * becomes unreachable only when one of its counts drops, or when the last of it is settled: then a candidate is noted.
 */
import assert from 'node:assert/strict';
import { isPromise, storedKref, type KernelObjectId, type Kref } from '../ids.js';
import { ownerOf, type Owner } from '../objects.js';
import { serviceData } from '../service/objects.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import type { ReadableRows } from '../store/storage.js';
import type { KernelService } from '../service/types.js';

/** At rest; counting links from candidates; looking for nodes that something else holds; keeping those that nothing else holds, to take them apart one by one. */
export type SearchPhase = 'rest' | 'count' | 'check' | 'keep' | 'free';
/** New candidates are noted on `side`; a search works off the other. `cursor` is the last node that was looked at. */
export type Search = { readonly side: 0 | 1; readonly phase: SearchPhase; readonly cursor: string };

/** waiting: its links are not counted yet; counted; live: it can be reached from something else; garbage: it cannot, and the search has a hold on it. */
export type NodeMark = 'waiting' | 'counted' | 'live' | 'garbage';
/** `links`: how many references counted nodes have to it. */
export type CycleNode = { readonly links: number; readonly mark: NodeMark };

export function readSearch(rows: ReadableRows): Search {
  const [side = '0', phase = 'rest', cursor = ''] = (rows.get(keys.cycleSearch) ?? '').split(' ').filter(part => part !== '');
  return { side: side === '1' ? 1 : 0, phase: phase as SearchPhase, cursor };
}
export function writeSearch(state: KernelState, { side, phase, cursor }: Search): void {
  state.rows.set(keys.cycleSearch, `${side} ${phase} ${cursor}`.trimEnd());
}

export function readNode(rows: ReadableRows, kref: Kref): CycleNode | undefined {
  const text = rows.get(keys.cycleNode(kref));
  if (text === undefined) return undefined;
  const [links, mark] = text.split(' ') as [string, NodeMark];
  return { links: Number(links), mark };
}
export function writeNode(state: KernelState, kref: Kref, { links, mark }: CycleNode): void {
  assert(links >= 0, `${kref} would have ${links} links`);
  state.rows.set(keys.cycleNode(kref), `${links} ${mark}`);
}

/** A live node; what it names is live too, which the search still has to follow. */
export function markLive(state: KernelState, kref: Kref, node: CycleNode): void {
  writeNode(state, kref, { ...node, mark: 'live' });
  state.rows.set(keys.cycleWork(kref), '');
}

/** The service of an object whose data may hold references. */
export function holdingService(state: KernelState, owner: Owner): KernelService | undefined {
  const service = owner && 'service' in owner ? state.services.get(owner.service) : undefined;
  return service?.heldBy ? service : undefined;
}

/** Whether any of these may lead on to further data: promises, and objects of services that may keep some. */
export function leadOn(state: KernelState, slots: readonly string[]): boolean {
  return slots.map(storedKref).some(kref => isPromise(kref) || holdingService(state, ownerOf(state.rows, kref)) !== undefined);
}

/** What the data of a service's object names, if that leads on. */
export function linksOfObject(state: KernelState, kref: KernelObjectId, owner: Owner): readonly string[] | undefined {
  const service = holdingService(state, owner);
  const data = service && serviceData(state.rows, kref);
  const held = data && service.heldBy?.(data);
  return held && leadOn(state, held) ? held : undefined;
}

/** `kref` leads on and somebody let go of it, or it has just come to lead on: it may be held by nothing but a cycle. */
export function noteCandidate(state: KernelState, kref: Kref): void {
  state.rows.set(keys.cycleCandidate(readSearch(state.rows).side, kref), '');
}

export function dropCandidate(state: KernelState, kref: Kref): void {
  for (const side of [0, 1] as const) state.rows.delete(keys.cycleCandidate(side, kref));
}

/** Something took hold of what leads on. If a search has counted it already, it is live. */
export function noteHeld(state: KernelState, kref: Kref): void {
  const node = readNode(state.rows, kref);
  assert(node?.mark !== 'garbage', `${kref} is held again, but only a cycle could reach it`);
  if (node?.mark === 'counted' && readSearch(state.rows).phase === 'check') markLive(state, kref, node);
}

/** `kref` is being deleted, and with it the links to `slots`. */
export function forgetNode(state: KernelState, kref: Kref, slots: readonly string[]): void {
  dropCandidate(state, kref);
  const node = readNode(state.rows, kref);
  if (!node) return;
  state.rows.delete(keys.cycleNode(kref));
  state.rows.delete(keys.cycleWork(kref));
  if (node.mark === 'waiting') return;
  for (const target of slots.map(storedKref)) {
    const linked = readNode(state.rows, target);
    if (linked) writeNode(state, target, { ...linked, links: linked.links - 1 });
  }
}
