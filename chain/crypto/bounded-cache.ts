/** A map that forgets its least recently used entry when it is full. What it holds must be a pure function of the key. */
export type BoundedCache<V> = { get(key: string): V | undefined; set(key: string, value: V): void };

export function makeBoundedCache<V>(entriesMax: number): BoundedCache<V> {
  const entries = new Map<string, V>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= entriesMax) return;
      const oldest = entries.keys().next();
      if (!oldest.done) entries.delete(oldest.value);
    },
  };
}
