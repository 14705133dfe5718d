/**
 * Values as smallcaps can carry them, in plain JavaScript and without lockdown. What JavaScript has no plain value for has a
 * class here; records have no prototype, so that a key such as `__proto__` is a key like any other.
 */

export type Passable =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | SymbolValue
  | SlotRef
  | PromiseRef
  | Tagged
  | ErrorValue
  | readonly Passable[]
  | PassableRecord;

export type PassableRecord = { readonly [key: string]: Passable };

/** A passable symbol by its name: `foo` for a registered one, `@@iterator` for a well-known one. */
export class SymbolValue {
  constructor(readonly name: string) {}
}

/**
 * An object behind a slot. `iface` is what the sender says of it: `Alleged: purse`. `index` is the slot's place in the
 * capdata that it was decoded from; encoding numbers anew.
 */
export class SlotRef {
  constructor(
    readonly slot: string,
    readonly iface?: string,
    readonly index?: number,
  ) {}
}

/** A promise behind a slot. */
export class PromiseRef {
  constructor(
    readonly slot: string,
    readonly index?: number,
  ) {}
}

export class Tagged {
  constructor(
    readonly tag: string,
    readonly payload: Passable,
  ) {}
}

/** An error as data. `errorId` names an entry in the log of the vat that threw it. */
export class ErrorValue {
  constructor(
    readonly name: string,
    readonly message: string,
    readonly errorId?: string,
  ) {}
}

/** An Error made by the kernel itself; it has no errorId. */
export function makeError(name: string, message: string): ErrorValue {
  return new ErrorValue(name, message);
}

export function slotRef(slot: string, iface?: string): SlotRef {
  return new SlotRef(slot, iface);
}

export function promiseRef(slot: string): PromiseRef {
  return new PromiseRef(slot);
}

/** A record of these fields. Its keys are the own ones of `fields`, whatever they are called. */
export function record(fields: { readonly [key: string]: Passable }): PassableRecord {
  const made: { [key: string]: Passable } = Object.create(null) as { [key: string]: Passable };
  for (const key of Object.keys(fields)) made[key] = fields[key];
  return made;
}

/** The value that plain JSON stands for: strings are strings here, whatever they begin with. Throws a TypeError for what is not JSON. */
export function fromPlainJson(json: unknown): Passable {
  if (json === null || typeof json === 'boolean' || typeof json === 'string') return json;
  if (typeof json === 'number' && Number.isFinite(json)) return json;
  if (Array.isArray(json)) return json.map(fromPlainJson);
  if (typeof json !== 'object') throw new TypeError(`a ${typeof json} is not JSON`);
  return record(Object.fromEntries(Object.entries(json).map(([key, value]) => [key, fromPlainJson(value)])));
}

/** Is it a record, and not one of the values that have a class or an array? */
export function isRecord(value: Passable): value is PassableRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
