import { test } from 'node:test';
import { cometOrReason } from '../../chain/comet/support.js';
import { claimSwapsAreSafe } from './suite.js';

const { skip } = await cometOrReason();

test('a swap between two accounts is safe on a chain of CometBFT', { skip }, t => claimSwapsAreSafe(t, 'cometbft'));
