/**
 * Cycles of settled promises (p7 = [p8], p8 = [p7]; design 5.8), also through the data of services' objects: no count of
 * theirs ever drops to zero. They are found by trial deletion, in cleanup, a bounded part of it a run.
 *
 * A search takes all candidates there are and counts the links among what can be reached from them. Nodes that are held
 * more often than that are held by something else; they and all they lead to live. The rest is held by itself alone.
 * Data never changes once it is there, so links stay as they were counted, except that nodes are deleted (forgetNode);
 * and who takes hold of a node between two parts of a search makes it live (noteHeld). What cannot be reached cannot be
 * held again, so what is found to be garbage may be removed over many runs.
 */
import assert from 'node:assert/strict';
import { markLive, readNode, readSearch, writeNode, writeSearch, type CycleNode, type Search } from './cycles/candidates.js';
import { cutLinks, holdsOn, linksOf } from './cycles/links.js';
import type { Kref } from './ids.js';
import { hold, release } from './refcount.js';
import type { KernelState } from './state.js';
import { keys, krefAtEnd } from './store/keys.js';

/** Whether there is something to look for, or a search to go on with. */
export function cyclesAreWanted(state: KernelState): boolean {
  const { side, phase } = readSearch(state.rows);
  return phase !== 'rest' || state.rows.first(keys.cycleCandidates(side)) !== undefined;
}

/**
 * Goes on with the search within an open step, by `budget` nodes and links; the links of one node more, at most. Returns
 * whether all that was noted until now is dealt with.
 */
export function searchCycles(state: KernelState, budget: number): boolean {
  let left = budget;
  while (left > 0) {
    const search = readSearch(state.rows);
    if (search.phase === 'rest' && !cyclesAreWanted(state)) return true;
    left -= parts[search.phase](state, search, left);
  }
  return false;
}

/** Each does at most `budget`, or one node, and returns what it did. The last one goes to the next phase. */
const parts: Readonly<Record<Search['phase'], (state: KernelState, search: Search, budget: number) => number>> = {
  rest: (state, { side }) => {
    writeSearch(state, { side: side === 0 ? 1 : 0, phase: 'count', cursor: '' });
    return 1;
  },
  count: (state, search) => countNext(state) ?? takeCandidate(state, search),
  check: (state, search, budget) => checkNodes(state, search, budget),
  keep: (state, search) => keepNext(state, search),
  free: (state, search) => freeNext(state, search),
};

/** The first node whose links are yet to be followed. */
function nextWork(state: KernelState): Kref | undefined {
  const first = state.rows.first(keys.allCycleWork);
  if (!first) return undefined;
  state.rows.delete(first[0]);
  return krefAtEnd(first[0]);
}

function countNext(state: KernelState): number | undefined {
  const kref = nextWork(state);
  const node = kref && readNode(state.rows, kref);
  if (!kref || !node) return undefined;
  writeNode(state, kref, { ...node, mark: 'counted' });
  const targets = linksOf(state, kref) ?? [];
  for (const target of targets) {
    const known = readNode(state.rows, target) ?? findNode(state, target);
    if (known) writeNode(state, target, { ...known, links: known.links + 1 });
  }
  return 1 + targets.length;
}

/**
 * A node that the search meets for the first time; undefined if it leads nowhere. What became a candidate since the search
 * began is left to the next one: it may lead on only since then, and links to it that were followed before do not count.
 */
function findNode(state: KernelState, kref: Kref): CycleNode | undefined {
  if (state.rows.has(keys.cycleCandidate(readSearch(state.rows).side, kref)) || linksOf(state, kref) === undefined) return undefined;
  const node: CycleNode = { links: 0, mark: 'waiting' };
  writeNode(state, kref, node);
  state.rows.set(keys.cycleWork(kref), '');
  return node;
}

function takeCandidate(state: KernelState, search: Search): number {
  const first = state.rows.first(keys.cycleCandidates(search.side === 0 ? 1 : 0));
  if (!first) {
    writeSearch(state, { ...search, phase: 'check', cursor: '' });
    return 1;
  }
  state.rows.delete(first[0]);
  const kref = krefAtEnd(first[0]);
  if (!readNode(state.rows, kref)) findNode(state, kref);
  return 1;
}

/** One walk over the nodes, and from those that something else holds along their links, until no live node is left to follow. */
function checkNodes(state: KernelState, search: Search, budget: number): number {
  let done = 0;
  let { cursor } = search;
  while (done < budget) {
    const live = nextWork(state);
    if (live) {
      done += spreadLife(state, live);
      continue;
    }
    const next = nodeAfter(state, cursor);
    if (!next) {
      writeSearch(state, { ...search, phase: 'keep', cursor: '' });
      return done + 1;
    }
    cursor = next[0];
    const kref = krefAtEnd(cursor);
    const node = readNode(state.rows, kref);
    if (node?.mark === 'counted' && holdsOn(state, kref) > node.links) markLive(state, kref, node);
    done += 1;
  }
  writeSearch(state, { ...search, cursor });
  return done;
}

function spreadLife(state: KernelState, live: Kref): number {
  const targets = linksOf(state, live) ?? [];
  for (const target of targets) {
    const node = readNode(state.rows, target);
    if (node?.mark === 'counted') markLive(state, target, node);
  }
  return 1 + targets.length;
}

function nodeAfter(state: KernelState, cursor: string): readonly [key: string, text: string] | undefined {
  return state.rows.first(keys.allCycleNodes, cursor === '' ? undefined : `${cursor}\0`);
}

/** Without a hold of the search, to take one of a ring apart would let go of all the others in the same step. */
function keepNext(state: KernelState, search: Search): number {
  const next = nodeAfter(state, search.cursor);
  if (!next) {
    writeSearch(state, { ...search, phase: 'free', cursor: '' });
    return 1;
  }
  const kref = krefAtEnd(next[0]);
  const node = readNode(state.rows, kref);
  if (node?.mark === 'counted') {
    assert.equal(holdsOn(state, kref), node.links, `${kref} is garbage, but not only garbage holds it`);
    hold(state, kref);
    writeNode(state, kref, { ...node, mark: 'garbage' });
  } else {
    state.rows.delete(next[0]);
  }
  writeSearch(state, { ...search, cursor: next[0] });
  return 1;
}

function freeNext(state: KernelState, search: Search): number {
  const first = state.rows.first(keys.allCycleNodes);
  if (!first) {
    writeSearch(state, { ...search, phase: 'rest' });
    return 1;
  }
  const kref = krefAtEnd(first[0]);
  const links = linksOf(state, kref)?.length ?? 0;
  state.rows.delete(first[0]);
  cutLinks(state, kref);
  release(state, kref);
  return 1 + links;
}
