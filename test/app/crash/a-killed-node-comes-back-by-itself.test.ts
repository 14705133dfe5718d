import { test } from 'node:test';
import { killLoop } from './kill-loop.js';

test('a node with the embedded engine, killed under load, loses nothing that a client saw', { timeout: 170_000 }, t =>
  killLoop(t, { engine: 'embedded', kills: 5, seed: 1, victim: 'node' }));
