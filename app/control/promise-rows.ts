/** The rows that a search for leaked promises reads, and no others; for the node that serves them and the command that reads them itself. */
import { endOf, promisesPrefixOf, searchedPrefixes } from '../../kernel/index.js';
import { kernelPrefix, type DatabaseSnapshot } from '../store.js';

type Portions = ReturnType<DatabaseSnapshot['portions']>;

/** Once each: the vats, the promises in the c-list of each, then promises and queues. */
export async function* promiseRows(snapshot: DatabaseSnapshot): Portions {
  const below = (prefix: string): Portions => snapshot.portions(`${kernelPrefix}${prefix}`, endOf(`${kernelPrefix}${prefix}`));
  const [vats, ...others] = searchedPrefixes;
  const cLists: string[] = [];
  for await (const portion of below(vats)) {
    cLists.push(...portion.map(([key]) => promisesPrefixOf(key.slice(kernelPrefix.length))));
    yield portion;
  }
  for (const prefix of [...cLists, ...others]) yield* below(prefix);
}
