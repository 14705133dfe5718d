/** The engine `cometbft`. */
export { abciSocketAddress } from './abci-socket.js';
export { cometVersion, findCometBinary, toolsFolder, versionOf } from './binary.js';
export { startCometEngine, type CometEngine, type CometEngineOptions } from './engine.js';
export { isConsensusFailure, type CometError } from './log-forward.js';
export { prepareLocalnet, type LocalnetNode, type LocalnetOptions, type LocalnetValidator } from './localnet.js';
export { endOrphanedComet } from './orphan.js';
export { rollBackComet } from './rollback.js';
export { checkSignedHeader, hashOfValidators, NotSigned, readHeader, readValidators, type CheckedHeader, type CommitValidator, type SignedHeader } from './signed-header.js';
