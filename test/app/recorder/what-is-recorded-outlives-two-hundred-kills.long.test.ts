import { test } from 'node:test';
import { killedRuns } from './killed-runs.js';

test('killed at any moment, two hundred times: every completed crank is there, and the next start goes on', { timeout: 1_800_000 }, () => killedRuns(200, 2));
