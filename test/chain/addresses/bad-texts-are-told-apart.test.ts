import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBech32 } from '@cosmjs/encoding';
import { parseAddress } from '../../../chain/crypto/address.js';
import { durationText } from '../../../chain/time.js';
import { strangerAddress } from '../../support/chain-app.js';

const good = strangerAddress(7);
const problem = (text: string): string => {
  const parsed = parseAddress(text);
  return 'problem' in parsed ? parsed.problem : 'none';
};

test('what is wrong with an address is said in the SDK’s words', () => {
  const cases: readonly (readonly [text: string, problem: string])[] = [
    [good, 'none'],
    [' ', 'empty address string is not allowed'],
    ['x', 'decoding bech32 failed: invalid bech32 string length 1'],
    ['x'.repeat(1024), 'decoding bech32 failed: invalid bech32 string length 1024'],
    ['windlass\t1xyz', 'decoding bech32 failed: invalid character in string: \'\t\''],
    ['Windlass1qqqqqqqqq', 'decoding bech32 failed: string not all lowercase or all uppercase'],
    ['windlass1xyz', 'decoding bech32 failed: invalid separator index 8'],
    ['windlass', 'decoding bech32 failed: invalid separator index -1'],
    ['windlass1bbbbbbbbb', 'decoding bech32 failed: invalid character not part of charset: 98'],
    [`${good.slice(0, -6)}qqqqqq`, `decoding bech32 failed: invalid checksum (expected ${good.slice(-6)} got qqqqqq)`],
    [toBech32('cosmos', new Uint8Array(20)), "hrp does not match bech32 prefix: expected 'windlass' got 'cosmos': internal logic error"],
  ];
  for (const [text, expected] of cases) assert.equal(problem(text), expected);
});

test('durations are written as Go writes them', () => {
  const of = (seconds: bigint, nanos = 0): string => durationText({ seconds, nanos });
  assert.deepEqual([of(0n), of(50n), of(90n), of(3600n), of(172_800n), of(-1n), of(1n, 500_000_000)], ['0s', '50s', '1m30s', '1h0m0s', '48h0m0s', '-1s', '1.5s']);
});
