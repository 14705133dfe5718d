/** The files of a home that CometBFT and the embedded engine share. */
export { addressOf, makeEd25519Key, privateKeyFromJson, type Ed25519Key } from './ed25519.js';
export { createFile, replaceFile } from './files.js';
export { defaultConsensusParams, GenesisError, genesisText, parseGenesis, readGenesis, writeGenesis } from './genesis.js';
export {
  ensurePrivValidatorState, genesisValidatorOf, makeNodeKey, makePrivValidatorKey, nodeIdOf, readNodeKey, readPrivValidatorKey,
  writeNodeKey, writePrivValidatorKey, type NodeKey,
} from './keys.js';
export { homePaths, type HomePaths } from './paths.js';
export { cometConfigText, writeCometConfig, type CometConfigOptions } from './comet-config.js';
