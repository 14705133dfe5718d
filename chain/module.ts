import type { ExecTxResult, RequestFinalizeBlock, RequestInitChain, ValidatorUpdate } from './abci/types.js';
import type { Codec } from './codec/index.js';
import type { Context } from './context.js';
import type { MessageRouter } from './router.js';
import type { Readable } from './modules/state.js';
import type { ReadOnlyStores } from './store/types.js';

/** Amino-JSON of a message, for SIGN_MODE_LEGACY_AMINO_JSON; the default walks the schema with the SDK's omit-empty rules. */
export type MsgDefinition<M> = {
  readonly codec: Codec<M>;
  readonly responseTypeUrl: string;
  readonly aminoName: string;
  /** Another name that clients in use sign with: a signature over either document is good. */
  readonly aminoNameOfClients?: string;
  /** Fields that amino-JSON emits even when empty (gogoproto's dont_omitempty), by proto name; nested ones as `inputs.coins`. */
  readonly aminoKeepEmpty?: readonly string[];
  /** bech32 addresses that must sign, in order, without repeats. */
  signers(msg: M): readonly string[];
  /** The module name in the `message` event, such as "bank"; undefined leaves the attribute out. */
  readonly eventModule?: string;
  /** Stateless checks. Throws Refusal. Runs before ante in every mode. */
  validateBasic?(msg: M): void;
  /** Stateful checks that only CheckTx (mode check and recheck) makes, after ante. Throws Refusal. */
  checkTx?(ctx: Context, msg: M): void;
  /** Executes in modes finalize and simulate. Returns the encoded response message. Throws Refusal; then nothing of the tx's messages is kept. */
  handle(ctx: Context, msg: M): Uint8Array;
};

export type QueryContext = {
  /** The state at `height`, read-only. */
  readonly stores: ReadOnlyStores;
  readonly height: bigint;
  readonly chainId: string;
};
/** Takes and returns encoded protobuf messages. Throws Refusal (sdk/22 with "rpc error: code = NotFound …" and so on). */
export type QueryHandler = (ctx: QueryContext, request: Uint8Array) => Uint8Array | Promise<Uint8Array>;

// A module's messages differ in type; each definition is checked where it is written.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyMsgDefinition = MsgDefinition<any>;

/** Executes a tx of genesis on the genesis branch; what it returns is not part of any block. */
export type DeliverGenesisTx = (tx: Uint8Array) => ExecTxResult;

/** `lastAppHash` is what this block's header states: of the block before. */
export type BeginningBlock = RequestFinalizeBlock & { readonly lastAppHash: Uint8Array };

/** A part of the state machine: its stores, messages, queries, genesis and block hooks. Order in the module list is the order of hooks. */
export interface Module {
  readonly name: string;
  /** Names of the stores it owns. */
  readonly stores: readonly string[];
  /** Of its state; an upgrade that changes its shape raises it. Default 1. */
  readonly consensusVersion?: bigint;
  readonly msgs?: readonly AnyMsgDefinition[];
  /** Types that are no messages but stand in an Any of one, and have an amino name of their own. */
  readonly aminoTypes?: readonly Pick<AnyMsgDefinition, 'codec' | 'aminoName' | 'aminoKeepEmpty'>[];
  /** By ABCI path, such as /cosmos.bank.v1beta1.Query/Balance. */
  readonly queries?: Readonly<Record<string, QueryHandler>>;
  /** Called once, when the application is made: the router knows the messages of all modules, and must not be used before. */
  connect?(router: MessageRouter): void;
  /** `state` is app_state[name], or undefined when genesis has none. May return validators (only one module may). */
  initGenesis?(ctx: Context, state: unknown, request: RequestInitChain, deliverTx: DeliverGenesisTx): readonly ValidatorUpdate[] | void;
  /** After every module's initGenesis: for what needs the state of modules that come later. */
  finishGenesis?(ctx: Context): void;
  /** app_state[name] of a genesis that goes on from `state`: what initGenesis takes. */
  exportGenesis?(state: Readable): unknown;
  beginBlock?(ctx: Context, block: BeginningBlock): void;
  endBlock?(ctx: Context): readonly ValidatorUpdate[] | void;
}
