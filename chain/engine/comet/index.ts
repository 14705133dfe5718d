/** The engine `cometbft`. */
export { abciSocketAddress } from './abci-socket.js';
export { cometVersion, findCometBinary, toolsFolder, versionOf } from './binary.js';
export { startCometEngine, type CometEngine, type CometEngineOptions } from './engine.js';
export { prepareLocalnet, type LocalnetNode, type LocalnetOptions, type LocalnetValidator } from './localnet.js';
export { endOrphanedComet } from './orphan.js';
