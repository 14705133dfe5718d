/** The door of the chain: what a host may use. Engines and the ABCI server have doors of their own below their folders. */
export { makeBaseApp } from './base-app.js';
export type { BaseApp, BaseAppHooks } from './base-app.js';
export type { BaseAppOptions } from './machine.js';
export { coreStores, makeCoreModules } from './core-modules.js';
export type { CoreModules } from './core-modules.js';
export type { CommittedTx, TxLookup } from './tx-service.js';

export type { AnyMsgDefinition, Module, MsgDefinition, QueryContext, QueryHandler } from './module.js';
export type { Context, EventSink, ExecMode, GasMeter } from './context.js';
export { governanceAddress, governanceModule, requireAuthority } from './authority.js';
export type { MessageRouter, RoutedMessage } from './router.js';
export { Refusal, refuse, refuseQuery, refuseSdk, sdk } from './refusal.js';
export type { Logger } from './log.js';

export { authParamsDefault, feeCollector } from './modules/auth/index.js';
export type { Account, AuthKeeper, AuthParams, ModuleAccountSpec, ModulePermission } from './modules/auth/index.js';
export type { BankKeeper, BankParams, DenomMetadata } from './modules/bank/index.js';
export { consensusStore, makeConsensusKeeper } from './modules/consensus/index.js';
export type { ConsensusKeeper } from './modules/consensus/index.js';
export { bondStatus } from './modules/staking/types.js';
export type { BondStatus, CommissionRates, Delegation, Description, StakingHooks, StakingKeeper, StakingParams, Validator } from './modules/staking/types.js';
export { makeUpgradeKeeper, makeUpgradeModule, planTexts, upgradeStore } from './modules/upgrade/index.js';
export type { AppliedPlan, ModuleVersion, Plan, UpgradeKeeper } from './modules/upgrade/index.js';
export { paginate } from './modules/pagination.js';
export type { Page, PageRequest, PageResponse } from './modules/pagination.js';
export { queryHandler } from './modules/query-handler.js';
export type { Readable, Writable } from './modules/state.js';

export { addCoins, amountOf, assertCoins, coinsFromMap, coinsOrNothing, coinsText, isDenom, parseAmount, parseCoins, toWireCoins } from './coins.js';
export type { Coin, Coins, WireCoin } from './coins.js';
export { decFromText, decText, decWire } from './decimal.js';
export type { Dec } from './decimal.js';
export { accountAddress, addressBytes, addressPrefix, addressText, consensusAddress, moduleAddress, operatorAddress, parseAddress } from './crypto/address.js';
export type { AddressForm, ParsedAddress } from './crypto/address.js';
export { verifySecp256k1, verifySecp256k1Ahead } from './crypto/secp256k1.js';
export type { SignatureCheck } from './crypto/secp256k1.js';

export { CodecError, makeCodecs } from './codec/index.js';
export type { Codec, Codecs } from './codec/index.js';
export { chainProtoFolder, packageRoot } from './codec/roots.js';
export { openMultiStore, storesOnDisk } from './store/index.js';
export type { KVStore, MultiStore, PreparedVersion, ReadOnlyStores, Row, RowSource, StoreBranch } from './store/types.js';
export { concatBytes, equalBytes, hexText, uint64Bytes, uint64Of, utf8Bytes, utf8Text } from './bytes.js';
