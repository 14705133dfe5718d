/** Where a story is made: wallets, two validators from genesis, and a chain of ours beside it that counts the sequences. */
import type { EncodeObject } from '@cosmjs/proto-signing';
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { accountAddress, hexText, operatorAddress } from '../../../chain/index.js';
import { testChainId, testCodecs } from '../../support/chain-app.js';
import { makeTestWallet, type SignOptions, type TestWallet } from '../../support/chain-wallet.js';
import { consensusKeyOf, consensusOf, creation, uwind } from '../../support/staking-world.js';
import { shortParams } from '../../support/gov.js';
import { beginStory, type Living } from './live.js';
import type { Story, StoryBlock, StoryMisbehavior, StoryVote, Told } from './story.js';

export const genesisSeconds = 1_700_000_000;
export const wind = 1_000_000n;
export const operatorOf = ({ address }: TestWallet): string => operatorAddress.text(accountAddress.bytes(address));

export const noFee = { amount: [], gas: '2000000' };

export type Cast = { readonly val0: TestWallet; readonly val1: TestWallet; readonly ann: TestWallet; readonly bob: TestWallet; readonly cat: TestWallet };

export async function makeCast(): Promise<Cast> {
  const [val0, val1, ann, bob, cat] = await Promise.all(['val0', 'val1', 'ann', 'bob', 'cat'].map(makeTestWallet));
  return { val0, val1, ann, bob, cat } as Cast;
}

export class Stage {
  readonly #blocks: StoryBlock[] = [];
  readonly #asks: Told[] = [];
  #seconds = genesisSeconds;
  /** Said with every block until it is changed. */
  votes: readonly StoryVote[] = [0, 1].map(n => ({ address: hexText(consensusOf(n)), power: n === 0 ? 100 : 50, absent: false }));

  private constructor(readonly cast: Cast, private readonly living: Living, private readonly appState: Record<string, unknown>) {}

  static async open(changes: Record<string, object> = {}): Promise<Stage> {
    const cast = await makeCast();
    const appState = await appStateOf(cast, changes);
    const stage = new Stage(cast, await beginStory({ appState }), appState);
    await stage.#block({ votes: [] }); // the first block has no votes; accounts can be looked up from the first commit on
    return stage;
  }

  /** A tx in a block of its own. */
  async tx(about: string, from: TestWallet, msgs: readonly EncodeObject[], options: SignOptions = {}): Promise<void> {
    await this.#block({ txs: [{ about, tx: await this.#signed(from, msgs, options) }] });
  }

  /** A tx that is refused whatever it costs: tried, not kept. */
  async ask(about: string, from: TestWallet, msgs: readonly EncodeObject[], options: SignOptions = {}): Promise<void> {
    this.#asks.push({ about, tx: await this.#signed(from, msgs, options) });
  }

  /** An empty block so much later. */
  async pass(seconds: number, more: { readonly misbehavior?: readonly StoryMisbehavior[] } = {}): Promise<void> {
    this.#seconds += seconds - 1;
    await this.#block(more);
  }

  get height(): number {
    return this.#blocks.length;
  }

  get seconds(): number {
    return this.#seconds;
  }

  async end(): Promise<Story> {
    if (this.#asks.length > 0) await this.#block({});
    return { chainId: testChainId, seconds: genesisSeconds, appState: this.appState, blocks: this.#blocks };
  }

  async #signed(from: TestWallet, msgs: readonly EncodeObject[], options: SignOptions): Promise<string> {
    const account = this.living.chain.account(from.address);
    const { accountNumber = 0n, sequence = 0n } = account ?? {};
    return hexText(await from.sign(msgs, { accountNumber: Number(accountNumber), sequence: Number(sequence), fee: noFee, ...options }));
  }

  async #block(more: Partial<StoryBlock>): Promise<void> {
    this.#seconds += 1;
    const block = { seconds: this.#seconds, asks: this.#asks.splice(0), txs: [], votes: this.votes, misbehavior: [], ...more };
    this.#blocks.push(block);
    await this.living.live(block);
  }
}

async function appStateOf(cast: Cast, changes: Record<string, object>): Promise<Record<string, unknown>> {
  const addresses = Object.values<TestWallet>(cast as unknown as Record<string, TestWallet>).map(({ address }) => address);
  return {
    auth: {
      params: { max_memo_characters: '256', tx_sig_limit: '7', tx_size_cost_per_byte: '10', sig_verify_cost_ed25519: '590', sig_verify_cost_secp256k1: '1000' },
      accounts: addresses.map((address, index) => ({ '@type': '/cosmos.auth.v1beta1.BaseAccount', address, pub_key: null, account_number: String(index), sequence: '0' })),
    },
    bank: { params: { default_send_enabled: true }, balances: addresses.map(address => ({ address, coins: [{ denom: 'other', amount: '1000' }, uwind(1000n * wind)] })) },
    staking: {
      params: { unbonding_time: '1814400s', max_validators: 100, max_entries: 2, historical_entries: 10, bond_denom: 'uwind', min_commission_rate: '0.010000000000000000' },
      ...changes['staking'],
    },
    gov: { starting_proposal_id: '1', params: { ...shortParams, quorum: '0.334000000000000000', ...changes['gov'] } },
    ...(changes['slashing'] ? { slashing: changes['slashing'] } : {}),
    genutil: { gen_txs: [await gentx(cast.val0, 0, 100n * wind), await gentx(cast.val1, 1, 50n * wind)] },
  };
}

async function gentx(operator: TestWallet, n: number, amount: bigint): Promise<unknown> {
  const value = { ...creation(n, amount), validatorAddress: operatorOf(operator), value: uwind(amount) };
  const bytes = await operator.sign([{ typeUrl: '/cosmos.staking.v1beta1.MsgCreateValidator', value }], { fee: noFee });
  const { bodyBytes, authInfoBytes, signatures } = TxRaw.decode(bytes);
  const of = (name: string) => testCodecs.of<object>(`cosmos.tx.v1beta1.${name}`);
  const { unordered: _unordered, timeout_timestamp: _timeout, ...body } = of('TxBody').toJson(of('TxBody').decode(bodyBytes)) as Record<string, unknown>; // v0.50 does not know these two
  return { body, auth_info: of('AuthInfo').toJson(of('AuthInfo').decode(authInfoBytes)), signatures: signatures.map(one => Buffer.from(one).toString('base64')) };
}

export const validatorKey = (n: number): { typeUrl: string; value: Uint8Array } =>
  ({ typeUrl: '/cosmos.crypto.ed25519.PubKey', value: testCodecs.of<{ key: Uint8Array }>('cosmos.crypto.ed25519.PubKey').encode({ key: consensusKeyOf(n) }) });
