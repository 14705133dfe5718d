/** Typed reads of JSON that people wrote. */

export class GenesisError extends Error {
  constructor(readonly path: string, reason: string, cause?: unknown) {
    super(`genesis: ${path} ${reason}`, { cause });
    this.name = 'GenesisError';
  }
}

type Read<T> = (value: unknown, path: string) => T;

export function object(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new GenesisError(path, 'must be an object');
  return value as Record<string, unknown>;
}

export function array(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw new GenesisError(path, 'must be a list');
  return value;
}

export function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new GenesisError(path, 'must be a string');
  return value;
}

/** A string of digits, or a number that JSON carries exactly. */
export function int64(value: unknown, path: string): bigint {
  const isInteger = typeof value === 'string' ? /^-?\d{1,19}$/.test(value) : typeof value === 'number' && Number.isSafeInteger(value);
  const integer = isInteger ? BigInt(value as string | number) : undefined;
  if (integer === undefined || BigInt.asIntN(64, integer) !== integer) throw new GenesisError(path, 'must be a 64-bit integer, as a string');
  return integer;
}

export function field<T>(from: Record<string, unknown>, name: string, read: Read<T>): T {
  if (from[name] === undefined) throw new GenesisError(name, 'is missing');
  return read(from[name], name);
}

/** Go writes an absent struct as null, so null counts as absent. */
export function optional<T>(from: Record<string, unknown>, name: string, read: Read<T>, fallback: T): T {
  return from[name] === undefined || from[name] === null ? fallback : read(from[name], name);
}
