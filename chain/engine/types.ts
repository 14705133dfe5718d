import type { AbciApplication } from '../abci/types.js';
import type { Logger } from '../log.js';

/** genesis.json in CometBFT's own layout: 64-bit integers are strings. The SDK's newer layout is converted before it gets here. */
export type GenesisDoc = {
  genesis_time: string;
  chain_id: string;
  initial_height: string;
  consensus_params: {
    block: { max_bytes: string; max_gas: string };
    evidence: { max_age_num_blocks: string; max_age_duration: string; max_bytes: string };
    validator: { pub_key_types: string[] };
    version: { app: string };
    abci: { vote_extensions_enable_height: string };
  };
  validators: GenesisValidator[];
  app_hash: string;
  app_state: Record<string, unknown>;
};
/** address is upper-case hex of the first 20 bytes of SHA-256(public key). */
export type GenesisValidator = { address: string; pub_key: JsonKey; power: string; name: string };
/** type such as tendermint/PubKeyEd25519; value in base64. */
export type JsonKey = { type: string; value: string };
/** config/priv_validator_key.json; priv_key.value is seed ‖ public key (64 bytes) in base64. */
export type PrivValidatorKey = { address: string; pub_key: JsonKey; priv_key: JsonKey };

/** A running maker of blocks, driving one application. */
export type Engine = {
  /** http://host:port of the JSON-RPC, with the port that was really bound. */
  readonly rpcUrl: string;
  /** Ends block production and closes sockets; the block under way is finished first. Safe to call twice. */
  stop(): Promise<void>;
  /** Settles when the engine ended by itself: why. Never rejects. */
  readonly ended: Promise<EngineEnd>;
};
export type EngineEnd = { readonly reason: 'stopped' } | { readonly reason: 'failed'; readonly error: Error };

export type EngineOptions = {
  readonly home: string;
  readonly application: AbciApplication;
  readonly log: Logger;
};
