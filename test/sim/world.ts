/**
 * A seeded world around one kernel: accounts that act, vats that do anything, blocks with little room. Every step is
 * audited. What a mode does to the host (restarts, lost workers, runs given twice) must not change the history.
 */
import { behaveAsSchema } from '../../scripts/bench/old-schema.js';
import { denomsHeld, makeBankService, totalHeld } from '../../app/host/services/bank.js';
import { allVats, audit, findLeakedPromises, Kernel, KernelStorage, MemoryBacking, MemorySnapshots, activityHash, canResolve, defaultParams, namesOf, readName, readVat, type Action, type KernelParams, type LedgerParams, type Coin, type OutboundOp } from '../../kernel/index.js';
import { encodeCapData, slotRef } from '../../kernel/capdata.js';
import { keys } from '../../kernel/store/keys.js';
import { makeRandom, type Random } from '../support/kernel-random.js';
import { makeScriptedWorkers, type ScriptedVat, type ScriptedWorkers } from '../support/kernel-scripted.js';
import { callOf, scriptBundles, someBundle, someDenom } from './calls.js';
import { everythingIsGone, leaksLeft } from './leftovers.js';
import { makeRandomVat } from './random-vat.js';

export type Mode = {
  readonly roundWidth?: number;
  readonly maxVatsOnline?: number;
  /** Drops every worker and reads the store anew after each run. */
  readonly restarts?: boolean;
  /** Drops every idle worker after each crank. */
  readonly evicts?: boolean;
  /** Workers take their time, each another one. */
  readonly dawdles?: boolean;
  /** Forgets each run once and does it again. */
  readonly twice?: boolean;
  /** Workers die now and then, of local reasons. */
  readonly losesWorkers?: boolean;
  /** The first half is lived as schema 2 did, which leaked settled promises; then the store is upgraded, and audited from there on. */
  readonly leaks?: boolean;
  /** false: the history is only compared with one that was audited. */
  readonly audited?: boolean;
};

export type History = { readonly activity: string; readonly steps: number; /** Deliveries in which several notifies joined. */ readonly joined: number; /** Entries of settled promises that the upgrade found. */ readonly leaked: number; readonly outcomes: readonly string[]; readonly violations: readonly string[] };

const accounts = ['alice', 'bob', 'carol'] as const;
const blocks = 20;

export async function simulate(seed: string, mode: Mode = {}): Promise<History> {
  const world = new World(seed, mode);
  await world.begin();
  for (let block = 0; block < blocks; block += 1) {
    if (block === blocks / 2) await world.upgrade();
    await world.block();
  }
  await world.end();
  return world.history();
}

/** Whether a worker dies now. A vat that lost one is left alone for a while, so that it can be brought back. */
function makeFaults(seed: string): (vatId: string) => boolean {
  const random = makeRandom(`faults of ${seed}`);
  const grace = new Map<string, number>();
  return vatId => {
    const left = grace.get(vatId) ?? 0;
    const dies = left === 0 && random.once(12);
    grace.set(vatId, dies ? 400 : Math.max(0, left - 1));
    return dies;
  };
}

/** How many turns of the process a worker waits at each syscall: it must not matter who answers first. */
function makeDawdling(seed: string): () => number {
  const random = makeRandom(`dawdling of ${seed}`);
  return () => random.below(4);
}

/** Some worlds are narrow: vats meet their limits. */
function quotasOf(seed: string): LedgerParams {
  const random = makeRandom(`${seed} quotas`);
  if (random.once(2)) return defaultParams.ledger;
  return { ...defaultParams.ledger, accountQuotas: { vats: BigInt(2 + random.below(5)), zombies: 2n, storage_bytes: BigInt(200 + random.below(2000)) } };
}

class World {
  readonly #seed: string;
  readonly #mode: Mode;
  readonly #random: Random;
  readonly #backing = new MemoryBacking();
  readonly #snapshots = new MemorySnapshots();
  readonly #params: KernelParams;
  readonly #workers: ScriptedWorkers;
  readonly #violations: string[] = [];
  readonly #outcomes: string[] = [];
  #kernel!: Kernel;
  #waiting: Action[] = [];
  #nextAction = 1n;
  #nextName = 1;
  #now = 1000n;
  #steps = 0;
  /** By denom: what accounts gave with actions, less what came back or was sent. */
  readonly #coins = new Map<string, bigint>();
  #joined = 0;
  #isOld: boolean;
  #leaked = 0;

  constructor(seed: string, mode: Mode) {
    this.#seed = seed;
    this.#mode = mode;
    this.#isOld = mode.leaks ?? false;
    this.#random = makeRandom(seed);
    this.#params = {
      ...defaultParams, computronsPerRun: 400_000n, computronsPerDelivery: 100_000, snapshotInitial: 4, snapshotInterval: 7, reapInterval: 3, cleanupBudget: 7, roundWidth: mode.roundWidth ?? 4,
      ledger: quotasOf(seed),
    };
    this.#workers = makeScriptedWorkers(start => this.#counting(makeRandomVat(seed, start)), {
      ...(mode.losesWorkers ? { dies: makeFaults(seed) } : {}), ...(mode.dawdles ? { dawdles: makeDawdling(seed) } : {}),
    });
  }

  #counting(vat: ScriptedVat): ScriptedVat {
    return {
      deliver: (delivery, syscall, meterTimes = 1) => {
        if (meterTimes > 1) this.#joined += 1;
        return vat.deliver(delivery, syscall, meterTimes);
      },
    };
  }

  async begin(): Promise<void> {
    await this.#open();
    const step = this.#kernel.initialize(
      { bootstrap: 'boot', vats: { boot: { bundleId: 'b1-good' }, other: { bundleId: 'b1-other' } } },
      scriptBundles.map(bundleId => ({ bundleId, size: 10 })),
    );
    this.#check(`genesis ${step.number}`);
    this.#commit();
  }

  async #open(): Promise<void> {
    const storage = await KernelStorage.open(this.#backing);
    if (this.#isOld) behaveAsSchema(2, storage, { keepsLedger: true });
    this.#kernel = new Kernel({
      storage,
      workers: this.#workers,
      engine: 'scripted',
      snapshots: this.#snapshots,
      bundles: { get: id => Promise.resolve(Buffer.from(id)) },
      services: [makeBankService({ isBlocked: () => false, systemAccount: accounts[0] })],
      ...(this.#mode.evicts ? { yieldToHost: () => this.#kernel.warehouse.pageOutIdle() } : {}),
      maxVatsOnline: this.#mode.maxVatsOnline ?? 20,
      onStep: step => {
        this.#steps += 1;
        this.#check(`step ${step.number} (${step.kind})`);
      },
    });
  }

  #check(where: string): void {
    if (this.#isOld || this.#mode.audited === false || this.#violations.length > 10) return;
    for (const violation of audit(this.#kernel.state.rows)) this.#violations.push(`${where}: ${violation}`);
  }

  /** The release changes: the store is opened without the old behaviour and migrated; the next runs drain, inject the notices and deliver them. */
  async upgrade(): Promise<void> {
    if (!this.#isOld) return;
    await this.#kernel.shutdown();
    this.#isOld = false;
    this.#backing.commit([...this.#kernel.state.rows.below(keys.ledger)].map(([key, before]) => ({ key, before, after: undefined }))); // that release had none
    await this.#open();
    this.#leaked = findLeakedPromises(this.#kernel.state.rows).length;
    this.#kernel.migrate();
    this.#commit();
  }

  async block(): Promise<void> {
    for (let left = this.#random.below(7); left > 0; left -= 1) this.#waiting.push(this.#someAction());
    this.#now += BigInt(this.#random.below(10));
    await this.#run();
  }

  async #run(): Promise<void> {
    const input = { highPriority: [], actions: this.#waiting, newBundles: [], now: this.#now, params: this.#params };
    if (this.#mode.twice) {
      await this.#kernel.run(input);
      await this.#kernel.dropRun();
    }
    const { outbound } = await this.#kernel.run(input);
    for (const op of outbound) this.#note(op);
    this.#coinsAddUp();
    this.#commit();
    if (!this.#mode.restarts) return;
    await this.#kernel.shutdown();
    await this.#open();
  }

  #note(op: OutboundOp): void {
    if (op.kind === 'coins') this.#count(op, -1n);
    if (op.kind === 'action-taken') this.#waiting = this.#waiting.filter(({ id }) => id !== op.action);
    if (op.kind !== 'action-settled') return;
    if (this.#outcomes.some(outcome => outcome.startsWith(`${op.action} `))) this.#violations.push(`action ${op.action} has a second outcome`);
    this.#outcomes.push(`${op.action} ${op.state} ${op.result.body} ${op.result.slots.join(' ')}`);
  }

  #count({ denom, amount }: Coin, sign: bigint): void {
    this.#coins.set(denom, (this.#coins.get(denom) ?? 0n) + sign * amount);
  }

  /** Everything that was given and did not come back is in purses and payments, or with actions that wait. */
  #coinsAddUp(): void {
    const { rows } = this.#kernel.state;
    const waiting = this.#waiting.flatMap(action => (action.kind === 'invoke' ? action.funds : []));
    for (const denom of new Set([...denomsHeld(rows), ...this.#coins.keys()])) {
      const held = waiting.reduce((sum, coin) => (coin.denom === denom ? sum + coin.amount : sum), totalHeld(rows, denom));
      const given = this.#coins.get(denom) ?? 0n;
      if (held !== given) this.#violations.push(`coinsAddUp: ${given} ${denom} were given, and ${held} are there`);
    }
  }

  #commit(): void {
    const { rows } = this.#kernel.state;
    this.#backing.commit(rows.runChanges());
    rows.committed();
    this.#snapshots.keepOnly(this.#backing.heapsInUse());
  }

  /** Everything is let go and every vat ends: what remains afterwards would remain for ever. */
  async end(): Promise<void> {
    this.#letGo();
    for (let runs = 0; runs < 5; runs += 1) await this.#run();
    this.#violations.push(...leaksLeft(this.#kernel.state.rows));
    this.#violations.push(...(await everythingIsGone(this.#kernel, accounts, async input => {
      const { outbound } = await this.#kernel.run({ highPriority: [], newBundles: [], ...input });
      for (const op of outbound) this.#note(op);
      this.#coinsAddUp();
      this.#commit();
    })));
    await this.#kernel.shutdown();
  }

  #letGo(): void {
    const { rows } = this.#kernel.state;
    for (const account of accounts) {
      for (const { name } of namesOf(rows, account)) this.#waiting.push({ id: this.#nextAction++, kind: 'drop', sender: account, name });
    }
  }

  history(): History {
    return { activity: activityHash(this.#kernel.state.rows), steps: this.#steps, joined: this.#joined, leaked: this.#leaked, outcomes: this.#outcomes, violations: this.#violations };
  }

  #someAction(): Action {
    const random = this.#random;
    const sender = random.pick(accounts) as string;
    const common = { id: this.#nextAction++, sender };
    const names = namesOf(this.#kernel.state.rows, sender).map(({ name }) => name);
    const { rows } = this.#kernel.state;
    const offered = ['home.vats', 'home.timer', 'home.directory', 'home.bank', '@public-1', '@public-2'].filter(name => name.startsWith('home.') || canResolve(rows, new Set(), sender, name));
    const some = (): string => (random.once(20) ? 'unknown' : random.once(4) ? undefined : random.pick(names)) ?? (random.pick(offered) as string);
    const nameOf = (iface: string | undefined): string | undefined => (iface === undefined ? undefined : random.pick(names.filter(name => readName(rows, sender, name)?.iface === iface)));
    const fresh = (): string => `n${this.#nextName++}`;
    const own = allVats(rows).filter(id => readVat(rows, id)?.owner === sender);
    const vat = random.once(6) ? `v${1 + random.below(12)}` : (random.pick(own) ?? 'v2');
    const bundleId = someBundle(random);
    const settings = { memoryLimitBytes: null, computronsPerDelivery: null, computeBalance: random.once(3) ? String(20_000 + random.below(400_000)) : null };
    const parameters = encodeCapData([slotRef(some())]);
    switch (random.below(12)) {
      case 0: case 1: return { ...common, kind: 'create-vat', bundleId, label: `vat${this.#nextName}`, parameters, settings, saveAs: fresh() };
      case 2: return random.once(2) ? { ...common, kind: 'upgrade-vat', vat, bundleId, parameters, upgradeMessage: 'newer' } : { ...common, kind: 'terminate-vat', vat, reason: '-because' };
      case 3: return { ...common, kind: 'grant', name: some(), recipient: random.pick(accounts) as string, saveAs: 'gift' };
      case 4: return { ...common, kind: 'rename', name: some(), newName: random.once(4) ? (names[0] ?? fresh()) : fresh() };
      case 5: return { ...common, kind: 'drop', name: some() };
      default: {
        const target = some();
        const iface = target.startsWith('home.') ? `Alleged: ${target.slice(5)}` : (readName(rows, sender, target)?.iface ?? '');
        const [method, args] = callOf(random, iface, wanted => slotRef(nameOf(wanted) ?? some()));
        return { ...common, kind: 'invoke', target, method, args: encodeCapData([...args]), saveAs: random.once(2) ? fresh() : '', funds: this.#someFunds() };
      }
    }
  }

  #someFunds(): readonly Coin[] {
    if (!this.#random.once(3)) return [];
    const coin = { denom: someDenom(this.#random), amount: BigInt(1 + this.#random.below(50)) };
    this.#count(coin, 1n);
    return [coin];
  }
}
