/** A store of schema 2 with leaked promises whose vats are contracts in workers of the engine: what the repair is measured on. */
import { encodeCapData, Kernel, KernelStorage, defaultParams, makeXsnapWorkerFactory, MemoryBacking, MemorySnapshots, slotRef, type Action, type KernelParams, type OutboundOp, type Passable } from '../../kernel/index.js';
import { contract } from './contracts.js';
import { behaveAsSchema } from './old-schema.js';

export type LeakShape = { readonly vats: number; readonly leaked: number; readonly live: number };
/** Where it lies; nothing in it is for sale: `account` owns the vats `giver0`… and `holder`, under these names. */
export type LeakedStore = { readonly backing: MemoryBacking; readonly snapshots: MemorySnapshots; readonly account: string };

const account = 'bench';
const params: KernelParams = { ...defaultParams, computronsPerRun: 10n ** 15n };
type NewAction = Action extends infer A ? (A extends Action ? Omit<A, 'id' | 'sender'> : never) : never;

/**
 * So many entries over so many vats, each of which was upgraded while `holder` waited for its promises; and so many promises
 * beside them that nobody has settled.
 */
export async function makeLeakedStore({ vats, leaked, live }: LeakShape): Promise<LeakedStore> {
  const { bundleId, zip } = await contract('promises');
  const [backing, snapshots, workers] = [new MemoryBacking(), new MemorySnapshots(), makeXsnapWorkerFactory()];
  const rows = await KernelStorage.open(backing);
  behaveAsSchema(2, rows);
  const kernel = new Kernel({ storage: rows, workers, engine: workers.engineId, snapshots, bundles: { get: () => Promise.resolve(zip) }, maxVatsOnline: 4 });
  kernel.initialize({ vats: {} }, [{ bundleId, size: zip.length }]);
  let id = 0n;
  const act = async (action: NewAction): Promise<void> => {
    id += 1n;
    const { outbound } = await kernel.run({ highPriority: [], actions: [{ id, sender: account, ...action }], newBundles: [], now: 1n, params });
    const settled = outbound.find((op): op is Extract<OutboundOp, { kind: 'action-settled' }> => op.kind === 'action-settled');
    if (settled?.state !== 'fulfilled') throw new Error(`${action.kind} did not succeed: ${settled?.result.body ?? 'it did not end'}`);
    backing.commit(rows.runChanges());
    rows.committed();
    snapshots.keepOnly(backing.heapsInUse());
  };
  const create = (saveAs: string): Promise<void> => act({ kind: 'create-vat', bundleId, label: 'promises', parameters: encodeCapData({}), settings: { memoryLimitBytes: null, computronsPerDelivery: null, computeBalance: null }, saveAs });
  const hold = (giver: string, count: number): Promise<void> => {
    const args: Passable = [slotRef(giver), count];
    return act({ kind: 'invoke', target: 'holder', method: 'hold', args: encodeCapData(args), saveAs: '', funds: [] });
  };
  try {
    await create('holder');
    for (let at = 0; at < vats; at += 1) {
      const giver = `giver${at}`;
      await create(giver);
      await hold(giver, shareOf(leaked, vats, at));
      await act({ kind: 'upgrade-vat', vat: `v${at + 2}`, bundleId, parameters: encodeCapData({}), upgradeMessage: 'newer' });
      await hold(giver, shareOf(live, vats, at));
    }
    return { backing, snapshots, account };
  } finally {
    await kernel.shutdown();
  }
}

/** The part of `all` that falls to one of so many: they add up to it. */
export function shareOf(all: number, among: number, at: number): number {
  return Math.floor(((at + 1) * all) / among) - Math.floor((at * all) / among);
}
