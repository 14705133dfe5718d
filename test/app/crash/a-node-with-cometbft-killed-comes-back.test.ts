import { test } from 'node:test';
import { findCometBinary } from '../../../chain/engine/comet/index.js';
import { killLoop } from './kill-loop.js';

const skip = await findCometBinary().then(() => false as const, (error: Error) => error.message);
const timeout = 120_000;

test('a node with CometBFT, killed under load, loses nothing that a client saw', { skip, timeout }, t => killLoop(t, { engine: 'cometbft', kills: 3, seed: 2, victim: 'node' }));
test('when CometBFT is killed, the node says so and ends non-zero; another start goes on', { skip, timeout }, t => killLoop(t, { engine: 'cometbft', kills: 2, seed: 3, victim: 'cometbft' }));
