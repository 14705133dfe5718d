/** Validators on CometBFT with a contract in real workers; of each kind of fault, one of four has it, or two of seven. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Comparison } from '../../../app/forensics/compare-with-peers.js';
import type { Summary } from '../../../app/forensics/summary.js';
import { readPrivValidatorKey } from '../../../chain/engine/home-files/index.js';
import { cometOrReason } from '../../chain/comet/support.js';
import type { FaultKind } from '../../support/fault.js';
import { until } from '../../support/node.js';
import { chainClient, createVat, devAccounts, fulfilled, invokeMsg, type ChainClient } from '../crash/chain-client.js';
import { appHashIn } from '../localnet/support.js';
import { incidentsOf, makeValidators, reach, signersOf, signingState, type Validator } from './validators.js';

const { skip } = await cometOrReason();
const bounds = { skip, timeout: 900_000 };
/** Blocks that the others make while the diverged node must sign nothing. */
const blocksAfter = 6;

type Story = { readonly wrong: readonly Validator[]; readonly others: readonly Validator[]; readonly summaries: readonly Summary[]; readonly height: number };

/** `wrong` of `count` validators get the fault, and then two actions in one transaction; ends when they have stopped themselves. */
async function story(t: TestContext, kind: FaultKind, count: number, wrongCount: number): Promise<Story> {
  const validators = await makeValidators(t, count);
  const [wrong, others] = [validators.slice(0, wrongCount), validators.slice(wrongCount)];
  const faultOf = ({ home }: Validator): string => join(home, 'fault');
  for (const validator of wrong) validator.start(`${kind}@${faultOf(validator)}`);
  for (const validator of others) validator.start();
  await reach(validators, 2);
  const client = chainClient((others[0] as Validator).url);
  const [dev0] = await devAccounts();
  assert.ok(dev0);
  await createVat(client, dev0, 'counter', 'counter');
  const increment = (by: bigint) => invokeMsg(dev0.address, 'counter', 'increment', [by]);
  await fulfilled(client, await client.commit(dev0, increment(1n)));
  await reach(validators, Number(await latest(client)));

  for (const validator of wrong) writeFileSync(faultOf(validator), '');
  const hash = await until('a turn', () => client.broadcast(dev0, [increment(3n), increment(5n)]));
  const tx = await until('both actions in a block', () => client.find(hash));
  for (const validator of wrong) assert.deepEqual(await validator.exited, { code: 70, signal: null }, validator.log().slice(-4000));
  const height = kind === 'bank' ? Number(readFileSync(faultOf(wrong[0] as Validator), 'utf8')) : Number(tx.height) + 1;
  return { wrong, others, summaries: await Promise.all(wrong.map(summaryOf)), height };
}

async function latest({ rpc }: ChainClient): Promise<string> {
  const { sync_info: { latest_block_height: height } } = await rpc.call<{ sync_info: { latest_block_height: string } }>('status', {});
  return height;
}

async function summaryOf({ home }: Validator): Promise<Summary> {
  const [incident, ...more] = await incidentsOf(home);
  assert.ok(incident && more.length === 0, 'one incident');
  return JSON.parse(readFileSync(join(home, 'forensics', incident.id, 'summary.json'), 'utf8')) as Summary;
}

/** Found at the block that went wrong, from its next header; nothing signed since; the others go on as if nothing were. */
async function assertContained({ wrong, others, summaries, height }: Story): Promise<void> {
  const signed = wrong.map(({ home }) => signingState(home));
  for (const text of signed) assert.ok(Number((JSON.parse(text) as { height: string }).height) <= height + 1, `it stopped at the header that proves it: ${text}`);
  for (const summary of summaries) assert.deepEqual([summary.cause, summary.height, summary.theirs?.isVerified], ['apphash', String(height), true]);
  await reach(others, height + blocksAfter + 1, 300_000);
  assert.deepEqual(wrong.map(({ home }) => signingState(home)), signed, 'nothing was signed any more');
  const addresses = wrong.map(({ home }) => readPrivValidatorKey(home).address);
  for (let at = height + 1; at <= height + blocksAfter; at += 1) {
    const signers = await signersOf((others[0] as Validator).url, at);
    assert.ok(addresses.every(address => !signers.includes(address)), `height ${at} has no signature of theirs`);
    assert.ok(3 * signers.length > 2 * (others.length + wrong.length));
  }
  const hashes = await Promise.all(others.map(({ url }) => appHashIn(url, BigInt(height + blocksAfter))));
  assert.equal(new Set(hashes).size, 1);
  for (const { home, log } of others) {
    assert.deepEqual(await incidentsOf(home), []);
    assert.ok(!log().includes('DIVERGED'));
  }
}

type Expected = { readonly kind: FaultKind; readonly verdict: Comparison['verdict']; readonly stores: readonly string[]; readonly check: (comparison: Comparison, story: Story) => void };

const located: readonly Expected[] = [
  {
    kind: 'result', verdict: 'result', stores: ['kernel', 'provisioning'], check: ({ finding }) => {
      const { difference } = finding ?? {};
      assert.deepEqual([finding?.kind, difference?.type, difference?.fields.length], ['crank', 'syscall-result', 1]);
      assert.match(difference?.fields[0]?.path ?? '', /^vsr\[1\]/);
      assert.ok(difference?.vat !== undefined && difference.delivery !== undefined && difference.syscall !== undefined);
    },
  },
  {
    kind: 'count', verdict: 'kv-only', stores: ['kernel'], check: ({ finding }) => {
      const [row] = finding?.difference?.rows ?? [];
      assert.match(row?.key ?? '', /^p\./);
      assert.deepEqual([row?.ours, row?.theirs], ['f 2', '(deleted)'], 'what nobody holds any more is kept here');
    },
  },
  { kind: 'bank', verdict: 'store-only', stores: ['bank'], check: ({ finding }) => { assert.equal(finding, undefined); } },
  {
    kind: 'meter', verdict: 'meter', stores: ['kernel'], check: ({ finding }) => {
      assert.equal(finding?.kind, 'crank');
      assert.deepEqual(finding.difference?.fields.map(({ path, ours, theirs }) => [path, Number(ours) - Number(theirs)]), [['compute', 1]]);
    },
  },
  { kind: 'order', verdict: 'schedule', stores: ['kernel'], check: ({ finding }) => { assert.ok(finding); } },
];

for (const { kind, verdict, stores, check } of located) {
  test(`one of four with the fault "${kind}": found within two blocks, located, nothing signed since, the others undisturbed`, bounds, async t => {
    const told = await story(t, kind, 4, 1);
    const [summary] = told.summaries;
    const { comparison } = summary as Summary;
    assert.equal(comparison?.verdict, verdict, JSON.stringify(summary));
    assert.deepEqual(comparison.stores.filter(({ isSame }) => !isSame).map(({ name }) => name), stores);
    assert.deepEqual(comparison.peers.map(({ state }) => state), ['agrees', 'agrees', 'agrees']);
    if (comparison.finding) assert.deepEqual([comparison.finding.agreeing, comparison.finding.told], [3, 3]);
    check(comparison, told);
    await assertContained(told);
  });
}

test('two of seven with the same fault save it under the same name', bounds, async t => {
  const told = await story(t, 'result', 7, 2);
  const [one, other] = told.summaries;
  assert.equal(one?.id, other?.id);
  for (const { comparison } of told.summaries) assert.deepEqual([comparison?.verdict, comparison?.peers.filter(({ state }) => state === 'agrees').length], ['result', 5], JSON.stringify(comparison));
  await assertContained(told);
});
