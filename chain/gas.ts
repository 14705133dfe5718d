/** Gas: what a tx pays for reads, writes and checks. The table is the SDK's (store/types/gas.go), and it is consensus. */
import { Refusal, sdk } from './refusal.js';
import type { GasMeter } from './context.js';
import type { KVStore } from './store/types.js';

export const gasTable = {
  has: 1000n, delete: 1000n, readFlat: 1000n, readPerByte: 3n, writeFlat: 2000n, writePerByte: 30n, iterNextFlat: 30n,
} as const;

/** Reported as gas wanted where nothing limits it, as in a simulation. */
export const gasUnlimited = (1n << 64n) - 1n;

/** A meter's limit was passed. `location` is the descriptor of the charge that passed it. */
export class OutOfGas extends Refusal {
  constructor(readonly location: string, gasWanted: bigint, gasUsed: bigint) {
    super('sdk', sdk.outOfGas, `out of gas in location: ${location}; gasWanted: ${gasWanted}, gasUsed: ${gasUsed}: out of gas`);
  }
}

/** Counts up to `limit`; the charge that passes it is counted too, and throws OutOfGas. */
export function makeGasMeter(limit: bigint): GasMeter {
  let consumed = 0n;
  return {
    limit,
    get consumed() {
      return consumed;
    },
    consume(amount, descriptor) {
      consumed += amount;
      if (consumed > limit) throw new OutOfGas(descriptor, limit, consumed);
    },
  };
}

/** Counts and never refuses: genesis, begin and end of a block, simulations. */
export function makeInfiniteGasMeter(): GasMeter {
  return makeGasMeter(gasUnlimited);
}

/** What was consumed, without the part of the last charge that passed the limit. */
export function consumedToLimit(gas: GasMeter): bigint {
  return gas.consumed < gas.limit ? gas.consumed : gas.limit;
}

/** A store whose every operation charges `gas` by the table, in the order of the SDK's gaskv. */
export function meteredStore(store: KVStore, gas: GasMeter): KVStore {
  return {
    get(key) {
      gas.consume(gasTable.readFlat, 'ReadFlat');
      const value = store.get(key);
      gas.consume(gasTable.readPerByte * BigInt(key.length), 'ReadPerByte');
      if (value) gas.consume(gasTable.readPerByte * BigInt(value.length), 'ReadPerByte');
      return value;
    },
    has(key) {
      gas.consume(gasTable.has, 'Has');
      return store.has(key);
    },
    set(key, value) {
      gas.consume(gasTable.writeFlat, 'WriteFlat');
      gas.consume(gasTable.writePerByte * BigInt(key.length), 'WritePerByte');
      gas.consume(gasTable.writePerByte * BigInt(value.length), 'WritePerByte');
      store.set(key, value);
    },
    delete(key) {
      gas.consume(gasTable.delete, 'Delete');
      store.delete(key);
    },
    iterate: (start, end, options) => meteredIteration(store.iterate(start, end, options), gas),
  };
}

/** Each row pays a flat price and its bytes before it is handed out; reaching the end pays the flat price once more. */
function* meteredIteration(rows: Iterable<readonly [Uint8Array, Uint8Array]>, gas: GasMeter): Iterable<readonly [Uint8Array, Uint8Array]> {
  for (const row of rows) {
    gas.consume(gasTable.readPerByte * BigInt(row[0].length), 'ValuePerByte');
    gas.consume(gasTable.readPerByte * BigInt(row[1].length), 'ValuePerByte');
    gas.consume(gasTable.iterNextFlat, 'IterNextFlat');
    yield row;
  }
  gas.consume(gasTable.iterNextFlat, 'IterNextFlat');
}
