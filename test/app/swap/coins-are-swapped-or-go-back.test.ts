import { test } from 'node:test';
import { claimSwapsAreSafe } from './suite.js';

test('a swap between two accounts is safe', t => claimSwapsAreSafe(t, 'embedded'));
