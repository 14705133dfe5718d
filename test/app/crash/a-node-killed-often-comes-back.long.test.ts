import { test } from 'node:test';
import { findCometBinary } from '../../../chain/engine/comet/index.js';
import { killLoop } from './kill-loop.js';

const skip = await findCometBinary().then(() => false as const, (error: Error) => error.message);
const timeout = 20 * 60_000;

test('twenty kills of a node with the embedded engine', { timeout }, t => killLoop(t, { engine: 'embedded', kills: 20, seed: 101, victim: 'node' }));
test('twenty kills of a node with CometBFT', { skip, timeout }, t => killLoop(t, { engine: 'cometbft', kills: 20, seed: 102, victim: 'node' }));
test('twenty kills of CometBFT under its node', { skip, timeout }, t => killLoop(t, { engine: 'cometbft', kills: 20, seed: 103, victim: 'cometbft' }));
