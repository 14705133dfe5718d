import { test } from 'node:test';
import { killedRuns } from './killed-runs.js';

test('killed at any moment, twenty times: every completed crank is there, and the next start goes on', { timeout: 300_000 }, () => killedRuns(20, 1));
