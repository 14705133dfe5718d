/**
 * Load on a node that may die at any moment, and the memory of what the node said: a client that was told of a block
 * may rely on it for ever.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { actionState, type Action } from '../../../app/client/index.js';
import { addressText, moduleAddress } from '../../../chain/index.js';
import { devDefaults } from '../../../config/node.js';
import { until } from '../../support/node.js';
import { addressNamed, createVat, devAccounts, invokeMsg, sendMsg, type Account, type ChainClient, type FoundTx } from './chain-client.js';

type Sent = { readonly to: string; readonly amount: bigint };

export class Traffic {
  readonly #accounts: readonly Account[];
  /** By hash: everything a node ever accepted, whatever became of it. */
  readonly #sends = new Map<string, Sent>();
  readonly #increments = new Set<string>();
  /** What was seen in a block. */
  readonly #found = new Map<string, FoundTx>();
  readonly #outcomes = new Map<bigint, Action>();
  /** Hashes of all transactions in blocks, by the blocks themselves: an index may lack what a crash cut off. */
  readonly #included = new Set<string>();
  #scannedTo = 0n;
  #serial = 0;

  static async make(): Promise<Traffic> {
    return new Traffic(await devAccounts());
  }

  private constructor(accounts: readonly Account[]) {
    this.#accounts = accounts;
  }

  /** How much was seen: transactions in blocks, and outcomes. */
  get seen(): { readonly txs: number; readonly outcomes: number } {
    return { txs: this.#found.size, outcomes: this.#outcomes.size };
  }

  /** Makes the contract that the load calls. */
  async prepare(client: ChainClient): Promise<void> {
    await createVat(client, this.#account(1), 'counter', 'counter');
  }

  /** Sends until `signal` aborts; whatever fails after that is expected, what fails before is not. */
  async run(client: ChainClient, signal: AbortSignal): Promise<void> {
    await Promise.all([this.#repeat(signal, () => this.#send(client, signal)), this.#repeat(signal, () => this.#increment(client, signal))]);
  }

  async #repeat(signal: AbortSignal, step: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      try {
        await step();
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  async #send(client: ChainClient, signal: AbortSignal): Promise<void> {
    const account = this.#account(0);
    this.#serial += 1;
    const sent = { to: addressNamed(`receiver ${this.#serial}`), amount: BigInt(this.#serial) };
    const hash = await client.broadcast(account, [sendMsg(account.address, sent.to, sent.amount)]);
    if (hash === undefined) return;
    this.#sends.set(hash, sent);
    await this.#see(client, hash, signal);
  }

  async #increment(client: ChainClient, signal: AbortSignal): Promise<void> {
    const account = this.#account(1);
    const hash = await client.broadcast(account, [invokeMsg(account.address, 'counter', 'increment')]);
    if (hash === undefined) return;
    this.#increments.add(hash);
    const { actionIds: [id] } = await this.#see(client, hash, signal);
    assert.ok(id !== undefined);
    this.#outcomes.set(id, await client.settled(id));
  }

  async #see(client: ChainClient, hash: string, signal: AbortSignal): Promise<FoundTx> {
    const found = await until(`${hash} in a block`, () => {
      signal.throwIfAborted();
      return client.find(hash);
    });
    assert.equal(found.code, 0, found.log);
    this.#found.set(hash, found);
    return found;
  }

  /** Everything that was seen is there, unchanged; and no coin came or went. Nothing may be on its way: call it between loads. */
  async verify(client: ChainClient): Promise<void> {
    await this.#scan(client);
    for (const [hash, found] of this.#found) assert.deepEqual(await client.find(hash), found);
    for (const [id, action] of this.#outcomes) assert.deepEqual(await client.kernel.action(id), action);
    for (const [hash, { to, amount }] of this.#sends) assert.equal(await client.balance(to), this.#included.has(hash) ? amount : 0n, hash);
    await this.#verifyCoins(client);
  }

  async #scan(client: ChainClient): Promise<void> {
    const { sync_info: sync } = await client.rpc.call<{ sync_info: { latest_block_height: string } }>('status');
    for (; this.#scannedTo < BigInt(sync.latest_block_height); this.#scannedTo += 1n) {
      const { block } = await client.rpc.call<{ block: { data: { txs: string[] | null } } }>('block', { height: String(this.#scannedTo + 1n) });
      for (const tx of block.data.txs ?? []) this.#included.add(createHash('sha256').update(Buffer.from(tx, 'base64')).digest('hex').toUpperCase());
    }
  }

  async #verifyCoins(client: ChainClient): Promise<void> {
    const system = ['fee_collector', 'distribution', 'kernel'].map(name => addressText(moduleAddress(name)));
    const holders = [...this.#accounts.map(({ address }) => address), ...system, ...[...this.#sends.values()].map(({ to }) => to)];
    // Fees move on with the next block, so all are asked at one height: of the application, which may be a block behind the engine.
    const { response: { last_block_height: height } } = await client.rpc.call<{ response: { last_block_height: string } }>('abci_info');
    let sum = 0n;
    for (const address of holders) sum += await client.balance(address, BigInt(height));
    assert.equal(sum, BigInt(devDefaults.balance.amount) * BigInt(devDefaults.accounts), 'coins of all accounts');
  }

  /** Each increment that came into a block happened exactly once: the counter stands at their number, and no two answers are the same. */
  async verifyCounter(client: ChainClient): Promise<void> {
    await this.#scan(client);
    const included = [...this.#increments].filter(hash => this.#included.has(hash)).length;
    const account = this.#account(1);
    const tx = await client.commit(account, invokeMsg(account.address, 'counter', 'read'));
    const read = await client.settled(tx.actionIds[0] ?? 0n);
    assert.equal(read.result?.body, `#"+${included}"`);
    const answers = [...this.#outcomes.values()].map(({ state, result }) => (state === actionState.fulfilled ? result?.body : 'rejected'));
    assert.equal(new Set(answers).size, answers.length, 'each answer once');
    assert.ok(!answers.includes('rejected'));
  }

  #account(index: number): Account {
    const account = this.#accounts[index];
    assert.ok(account);
    return account;
  }
}
