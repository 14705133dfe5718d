/** Waiting, and collecting garbage, by the engine's own queue: it is served when no promise has anything left to do. */

/** Taken once: a vat has no say in it. */
const collectGarbage = globalThis.gc as () => void;

function idle(): Promise<void> {
  return new Promise(resolve => { setImmediate(resolve); });
}

/** Resolves when the vat's promises have run dry. */
export const waitUntilQuiescent = (): Promise<void> => idle();

/** A full collection with its finalizers run. Twice idle before it: the first may leave jobs of promises that were just settled. */
export async function gcAndFinalize(): Promise<void> {
  await idle();
  await idle();
  collectGarbage();
  await idle();
  await idle();
}
