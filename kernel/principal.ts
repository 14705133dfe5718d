/**
 * Accounts as principals (design 5.3): a c-list of names for kernel objects, with the reference counts of an import
 * each. Names that begin with '@' are public; names under home. exist for everybody.
 */
import assert from 'node:assert/strict';
import { storedKref, type KernelObjectId } from './ids.js';
import { hold, release } from './refcount.js';
import { homeFacet } from './service/objects.js';
import type { KernelState } from './state.js';
import { keys } from './store/keys.js';
import type { ReadableRows } from './store/storage.js';

export type NamedObject = { readonly kref: KernelObjectId; readonly iface: string };
export type Publication = { readonly kref: KernelObjectId; readonly iface: string; readonly owner: string };

/** Any name that stands for something: a new one is held to stricter rules. */
export function isName(text: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,127}$/.test(text);
}

/** A name somebody may choose: room is left for what the kernel appends to it (design 5.3); `home.admin` could never be used. */
export function isNewName(text: string): boolean {
  return isName(text) && text.length <= 56 && !/\.[0-9]+$/.test(text) && !/^(?:home|from)(?:\.|$)/.test(text);
}

export function readName(rows: ReadableRows, account: string, name: string): NamedObject | undefined {
  const text = rows.get(keys.name(account, name));
  if (text === undefined) return undefined;
  const space = text.indexOf(' ');
  return { kref: storedKref(text.slice(0, space)) as KernelObjectId, iface: text.slice(space + 1) };
}

export function namesOf(rows: ReadableRows, account: string): { readonly name: string; readonly object: NamedObject }[] {
  const prefix = keys.namesOf(account);
  return [...rows.below(prefix)].map(([key]) => {
    const name = key.slice(prefix.length);
    return { name, object: readName(rows, account, name) as NamedObject };
  });
}

/** Files an object under a name that is free; the name holds it. Names are reserved before they are filed. */
export function fileName(state: KernelState, account: string, name: string, object: NamedObject): void {
  assert(readName(state.rows, account, name) === undefined, `${account} has something under ${name} already`);
  hold(state, object.kref);
  state.rows.set(keys.name(account, name), `${object.kref} ${object.iface}`);
}

export function dropName(state: KernelState, account: string, name: string): void {
  const object = readName(state.rows, account, name);
  if (!object) return;
  state.rows.delete(keys.name(account, name));
  release(state, object.kref);
}

/** The name, or a name below it (`name.*`), is in use. */
export function isNameInUse(rows: ReadableRows, account: string, name: string): boolean {
  if (rows.get(keys.name(account, name)) !== undefined) return true;
  const below = rows.below(`${keys.name(account, name)}.`)[Symbol.iterator]().next();
  return below.done !== true;
}

export function readPublication(rows: ReadableRows, name: string): Publication | undefined {
  const text = rows.get(keys.published(name));
  return text === undefined ? undefined : (JSON.parse(text) as Publication);
}

/** What a name means for an account, or undefined. A home facet is made when it is first named. */
export function resolveName(state: KernelState, account: string, name: string): NamedObject | undefined {
  if (name.startsWith('@')) return readPublication(state.rows, name.slice(1));
  if (name.startsWith('home.')) {
    const service = name.slice('home.'.length);
    const kref = homeFacet(state, account, service);
    return kref === undefined ? undefined : { kref, iface: `Alleged: ${service}` };
  }
  return readName(state.rows, account, name);
}

/** Like resolveName, without making anything: for the chain's checks and queries. */
export function canResolve(rows: ReadableRows, services: ReadonlySet<string>, account: string, name: string): boolean {
  if (name.startsWith('@')) return readPublication(rows, name.slice(1)) !== undefined;
  if (name.startsWith('home.')) return services.has(name.slice('home.'.length));
  return readName(rows, account, name) !== undefined;
}
