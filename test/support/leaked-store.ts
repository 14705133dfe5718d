/** Stores of earlier schemas that have leaked promises of every kind; made by running a kernel that behaves as it did then. */
import { encodeCapData, promiseRef, slotRef, type Passable } from '../../kernel/capdata.js';
import { crankPolicy, defaultParams, foreverPolicy, type KernelParams, type MemoryBacking, type VatId } from '../../kernel/index.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from './kernel.js';
import { resultOf, slotsOf, whatOf, type ScriptedVat, type ScriptStart, type Syscall } from './kernel-scripted.js';
import type { VatDelivery } from '../../kernel/vat/protocol.js';
import { shareOf } from '../../scripts/bench/leaked-store.js';
import { behaveAsSchema, type OldSchema } from '../../scripts/bench/old-schema.js';

/** Nothing bounds a run; terminated vats are not cleaned up. */
const params: KernelParams = { ...defaultParams, computronsPerRun: 10n ** 15n, cleanupBudget: 0 };

/** The scripts that such stores run on, before and after their upgrade; `told` has every `vat promise` that was notified. */
export function leakScripts(told: string[] = []): NonNullable<TestKernelOptions['scripts']> {
  return { giver: ({ vatId }: ScriptStart) => new Giver(vatId, told), keeper: () => new Keeper() };
}

/** Promises numbered from `base`, which the parameters of its start say: an incarnation uses no number of an earlier one. */
class Giver implements ScriptedVat {
  readonly #told: string[];
  readonly #vat: string;
  #base = 1000;
  #next = 0;

  constructor(vat: string, told: string[]) {
    this.#vat = vat;
    this.#told = told;
  }

  async deliver(delivery: VatDelivery, syscall: Syscall): Promise<undefined> {
    if (delivery[0] === 'startVat') this.#base = (JSON.parse(delivery[1].body.slice(1)) as { base?: number }).base ?? 1000;
    if (delivery[0] === 'notify') for (const [vpid] of delivery[1]) this.#told.push(`${this.#vat} ${vpid}`);
    if (delivery[0] === 'bringOutYourDead' || delivery[0] !== 'message') return;
    const [, args] = JSON.parse(delivery[2].methargs.body.slice(1)) as [string, readonly unknown[]];
    await this.#do(whatOf(delivery), args.filter(arg => typeof arg === 'number'), slotsOf(delivery), syscall);
    if (delivery[2].result) await syscall(['resolve', [[resultOf(delivery), false, encodeCapData('done')]]]);
  }

  /** `open n keeper`, `openAndWatch n keeper`: all but the first; `hear` the promise it is given; `watch i`, `reject i`, `fulfil i`: to data that names the next promise, an object and the keeper's root; `cycle i`: i and i + 1 to each other. */
  async #do(what: string, [first = 0]: readonly number[], [keeper = 'o-50']: readonly string[], syscall: Syscall): Promise<void> {
    const own = (at: number): string => `p+${this.#base + at}`;
    const settle = (at: number, isReject: boolean, data: Passable): [string, boolean, ReturnType<typeof encodeCapData>] => [own(at), isReject, encodeCapData(data)];
    switch (what) {
      case 'open': case 'openAndWatch': {
        const opened = Array.from({ length: first }, () => promiseRef(own((this.#next += 1) - 1)));
        await syscall(['send', keeper, { methargs: encodeCapData(['take', opened]), result: null }]);
        for (const { slot } of what === 'open' ? [] : opened.slice(1)) await syscall(['subscribe', slot]);
        return;
      }
      case 'watch': return void (await syscall(['subscribe', own(first)]));
      case 'hear': return void (await syscall(['subscribe', keeper]));
      case 'reject': return void (await syscall(['resolve', [settle(first, true, 'no')]]));
      case 'fulfil': return void (await syscall(['resolve', [settle(first, false, [promiseRef(own(first + 1)), slotRef(`o+${100 + first}`, 'Alleged: held'), slotRef(keeper)])]]));
      case 'cycle': return void (await syscall(['resolve', [settle(first, false, [promiseRef(own(first + 1))]), settle(first + 1, false, [promiseRef(own(first))])]]));
      default: throw new Error(`a giver cannot ${what}`);
    }
  }
}

/** Waits for every promise that it is given, and keeps nothing of what it is told. */
class Keeper implements ScriptedVat {
  async deliver(delivery: VatDelivery, syscall: Syscall): Promise<undefined> {
    const given = delivery[0] === 'notify' ? delivery[1].flatMap(([, , { slots }]) => slots) : slotsOf(delivery);
    const settled = new Set(delivery[0] === 'notify' ? delivery[1].map(([vpid]) => vpid) : []);
    for (const vpid of new Set(given)) if (vpid.startsWith('p') && !settled.has(vpid)) await syscall(['subscribe', vpid]);
    const imports = [...new Set(given)].filter(vref => vref.startsWith('o-')).sort();
    if (imports.length === 0) return;
    await syscall(['dropImports', imports]);
    await syscall(['retireImports', imports]);
  }

  save(): string {
    return ''; // it remembers nothing
  }
}

export type LeakedStore = {
  readonly backing: MemoryBacking;
  /** By the names that the builder gave them. */
  readonly vats: Readonly<Record<string, VatId>>;
};

class Builder {
  readonly #k: TestKernel;
  readonly vats: Record<string, VatId> = {};

  constructor(k: TestKernel) {
    this.#k = k;
  }

  async create(name: string, computeBalance?: string): Promise<void> {
    await this.#k.outcome(this.#k.createVat('alice', name === 'keeper' ? 'keeper' : 'giver', name, {}, computeBalance === undefined ? {} : { computeBalance }));
    this.vats[name] = `v${Object.keys(this.vats).length + 1}` as VatId;
  }
  async tell(name: string, method: string, number: number): Promise<void> {
    await this.#k.outcome(this.#k.invoke('alice', name, method, [number, slotRef('keeper')]));
    await this.#k.run();
  }
  /** All promises that it decides are rejected. With `cranks`, the run ends after so many. */
  async upgrade(name: string, base: number, cranks?: number): Promise<void> {
    const action = { id: 10_000n + BigInt(base), kind: 'upgrade-vat', sender: 'alice', vat: this.vats[name] as VatId, bundleId: 'giver', parameters: encodeCapData({ base }), upgradeMessage: 'newer' } as const;
    const { kernel, backing } = this.#k;
    await kernel.run({ highPriority: [], actions: [action], newBundles: [], now: 1_000n, params }, cranks === undefined ? foreverPolicy() : crankPolicy(cranks));
    backing.commit(kernel.state.rows.runChanges());
    kernel.state.rows.committed();
  }
  async terminate(name: string): Promise<void> {
    await this.#k.outcome(this.#k.queue({ kind: 'terminate-vat', sender: 'alice', vat: this.vats[name] as VatId, reason: 'old' }));
  }
}

async function build(schema: OldSchema | 3, make: (builder: Builder) => Promise<void>): Promise<LeakedStore> {
  const k = await makeTestKernel({ scripts: leakScripts(), params, audited: false, ...(schema === 3 ? {} : { prepare: rows => { behaveAsSchema(schema, rows); } }) });
  const builder = new Builder(k);
  await builder.create('keeper');
  await make(builder);
  await k.shutdown();
  return { backing: k.backing, vats: builder.vats };
}

/** A small store that has the leak in each of its forms; with schema 3 the same history without the leak. */
export function leakOfEachKind(schema: OldSchema | 3): Promise<LeakedStore> {
  return build(schema, async builder => {
    for (const name of ['rejected', 'fulfilled', 'dead', 'watching', 'idle']) await builder.create(name);
    await builder.create('paused', '2000');
    await builder.tell('paused', 'openAndWatch', 4);
    await builder.upgrade('paused', 5000);
    for (const name of ['rejected', 'fulfilled', 'dead', 'watching']) await builder.tell(name, 'open', 8);
    await builder.upgrade('rejected', 2000);
    for (const at of [0, 1, 2]) await builder.tell('fulfilled', 'fulfil', at);
    await builder.tell('fulfilled', 'reject', 3);
    await builder.tell('fulfilled', 'cycle', 5);
    await builder.upgrade('dead', 3000);
    await builder.terminate('dead');
    for (const at of [1, 2, 3]) await builder.tell('watching', 'watch', at);
    await builder.upgrade('watching', 4000, 1);
  });
}

/** So many entries leaked over so many vats, and so many promises beside them that two vats have and nobody has settled. */
export function leakOfSize({ vats, leaked, live }: { readonly vats: number; readonly leaked: number; readonly live: number }, schema: OldSchema = 2): Promise<LeakedStore> {
  return build(schema, async builder => {
    for (let at = 0; at < vats; at += 1) {
      await builder.create(`giver${at}`);
      await builder.tell(`giver${at}`, 'open', shareOf(leaked, vats, at));
      await builder.upgrade(`giver${at}`, 1_000_000 + at);
      await builder.tell(`giver${at}`, 'open', shareOf(live, vats, at));
    }
  });
}
