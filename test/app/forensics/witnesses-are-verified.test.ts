/** What is believed of the chain's hash, and when anybody is asked. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { App } from '../../../app/app.js';
import { Forensics } from '../../../app/forensics/forensics.js';
import { decodeLadder, type Ladder } from '../../../app/forensics/ladder.js';
import { LadderStore } from '../../../app/forensics/ladder-store.js';
import { makePeerRpc, PeerRefused, PeerSilent, type PeerRpc } from '../../../app/forensics/peers.js';
import { ladderPath } from '../../../app/forensics/query.js';
import { StepCollector } from '../../../app/forensics/steps.js';
import { DivergenceWatch, type Tip } from '../../../app/forensics/watch.js';
import { isHint, witnessesAtHome, witnessInLog, witnessOfPeer, type Witness } from '../../../app/forensics/witness.js';
import { NotSigned, type CometError } from '../../../chain/engine/comet/index.js';
import { silentLog } from '../../support/chain-app.js';
import { startTestNode, until } from '../../support/node.js';

type Json = Record<string, unknown>;

/** A peer whose answers are changed on the way. */
function twisted(rpc: PeerRpc, twist: (method: string, answer: Json) => unknown): PeerRpc {
  return { ...rpc, call: async (method, params) => twist(method, structuredClone((await rpc.call(method, params)) as Json)) };
}

test('a signed header is believed for its signatures alone', async t => {
  const node = await startTestNode();
  t.after(() => node.dispose());
  await node.waitForHeight(5n);
  const rpc = makePeerRpc(node.rpcUrl);
  const header = ((await node.rpc('block', { height: '4' }))['block'] as { header: { next_validators_hash: string; chain_id: string } }).header;
  const nextValidators = header.next_validators_hash.toLowerCase();
  const ask = (peer: PeerRpc, validators = nextValidators, chainId = header.chain_id): Promise<Witness> => witnessOfPeer(peer, 5n, chainId, validators);

  const witness = await ask(rpc);
  const next = ((await node.rpc('block', { height: '5' }))['block'] as { header: { app_hash: string } }).header;
  assert.deepEqual([witness.isVerified, witness.appHash, witness.height], [true, next.app_hash.toLowerCase(), 5n]);

  const commitOf = (answer: Json) => (answer['signed_header'] as { header: Json; commit: { signatures: Json[] } });
  const onCommit = (change: (signed: ReturnType<typeof commitOf>) => void): PeerRpc => twisted(rpc, (method, answer) => {
    if (method === 'commit') change(commitOf(answer));
    return answer;
  });
  const lies: readonly (readonly [string, () => Promise<Witness>, RegExp])[] = [
    ['another AppHash in the header', () => ask(onCommit(({ header: told }) => { told['app_hash'] = 'AA'.repeat(32); })), /another block/],
    ['no signature', () => ask(onCommit(({ commit }) => { commit.signatures = []; })), /no majority/],
    ['a wrong signature', () => ask(onCommit(({ commit }) => { (commit.signatures[0] as Json)['signature'] = Buffer.alloc(64, 1).toString('base64'); })), /is wrong/],
    ['another chain', () => ask(rpc, nextValidators, 'other-1'), /of chain/],
    ['other validators', () => ask(rpc, '00'.repeat(32)), /not those/],
    ['something else', () => ask(twisted(rpc, () => ({ validators: [{}], signed_header: 7 }))), /not in CometBFT's form|missing/],
  ];
  for (const [what, attempt, reason] of lies) await assert.rejects(attempt, (error: Error) => error instanceof NotSigned && reason.test(error.message), what);
  await assert.rejects(witnessOfPeer(rpc, 5000n, header.chain_id, nextValidators), PeerRefused);
  await assert.rejects(witnessOfPeer(makePeerRpc('tcp://127.0.0.1:1'), 5n, header.chain_id, nextValidators), PeerSilent);
  await assert.rejects(witnessesAtHome(rpc, 5n), PeerRefused, 'an engine that does not tell its votes');

  // A node that was killed before it could notice: at its start, before ABCI is served, a peer proves that its state is wrong.
  const home = mkdtempSync(join(tmpdir(), 'windlass-killed-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const theirs = decodeLadder(await rpc.query(ladderPath(4n)));
  assert.deepEqual([theirs.nextValidators, theirs.appHash], [nextValidators, witness.appHash]);
  const killed = (ladder: Ladder): Forensics => {
    new LadderStore(join(home, 'forensics', 'ladders'), silentLog).put(ladder);
    const app = { height: 4n, chainId: header.chain_id, confirmed: 3n, evidence: () => ladder, readSnapshot: () => ({ get: () => undefined, close: () => Promise.resolve() }) };
    return new Forensics({ home, app: app as unknown as App, steps: new StepCollector(), release: '0.0.0-test', log: silentLog, ownRpc: () => undefined, peers: [rpc.url], onDivergence: 'exit' });
  };
  const healthy = await killed(theirs).atStart();
  assert.deepEqual([healthy.diverged, healthy.open], [undefined, []]);
  const wrong = await killed({ ...theirs, appHash: 'aa'.repeat(32), stores: theirs.stores.map(store => (store.name === 'bank' ? { ...store, root: 'bb'.repeat(32) } : store)) }).atStart();
  assert.equal(wrong.diverged?.summary.comparison?.verdict, 'store-only');
  assert.match(wrong.diverged.screen, /bank DIFFERS[^]*1 of 1 prove what the chain did/);
});

const [our, other] = ['00AA'.repeat(16), 'BB11'.repeat(16)];
const mismatch = `wrong Block.Header.AppHash.  Expected ${our}, got ${other}`;
const failed = (err: string): CometError => ({ message: 'CONSENSUS FAILURE!!!', module: 'consensus', err });
const fetched = (err: string): CometError => ({ message: 'Error in validation', module: 'blocksync', err });
const prevoted = `precommit step; +2/3 prevoted for an invalid block: ${mismatch}`;
const committed = `+2/3 committed an invalid block: ${mismatch}`;

test('lines of the log: two thirds are behind three of them', () => {
  const witness = (line: CometError, ours = our): string | undefined => witnessInLog(line, 9n, ours.toLowerCase())?.appHash;
  for (const line of [failed(prevoted), failed(committed), fetched(mismatch)]) {
    assert.equal(witness(line), other.toLowerCase(), JSON.stringify(line));
    assert.equal(witness(line, other), undefined, 'about another hash than ours');
    assert.ok(isHint(line));
  }
  const deemed: CometError = { message: 'prevote step: consensus deems this block invalid; prevoting nil', module: 'consensus', err: mismatch };
  assert.deepEqual([witness(deemed), isHint(deemed)], [undefined, true], 'of one proposer');
  assert.ok(isHint(failed('something else')));
});

test('no other line proves anything, whatever a stranger wrote into it', () => {
  const lines: readonly CometError[] = [
    { message: 'Invalid message', module: 'statesync', err: mismatch }, { message: 'Peer sent us invalid msg', module: 'consensus', err: committed },
    { message: 'CONSENSUS FAILURE!!!', module: 'p2p', err: committed }, { message: 'Error in validation', module: 'consensus', err: mismatch },
    { message: committed, module: 'consensus', err: undefined }, { message: `CONSENSUS FAILURE!!! ${committed}`, module: 'consensus', err: committed },
    fetched(committed), fetched(`wrong Block.Header.ChainID. Expected windlass-1, got ${mismatch}`), fetched(`${mismatch} or so`), fetched(`x\n${mismatch}`),
    failed(mismatch), failed(`failed to apply block; error ${committed}`), failed(`${prevoted}\n`), failed(committed.replace(other, 'BB11')),
  ];
  for (const line of lines) assert.equal(witnessInLog(line, 9n, our.toLowerCase()), undefined, JSON.stringify(line));
});

const tip: Tip = { height: 8n, appHash: 'aa' };
const saying = (appHash: string, isVerified: boolean): Witness => ({ height: 9n, appHash, blockHash: appHash, proposer: 'P', power: 3n, totalPower: 4n, isVerified, source: 'test' });

type Watched = { readonly watch: DivergenceWatch; readonly told: string[]; readonly asked: () => number };

function watchOver(answers: readonly Witness[], overdueMs: number): Watched {
  const told: string[] = [];
  let asked = 0;
  const watch = new DivergenceWatch({
    ask: () => {
      asked += 1;
      return Promise.resolve(answers);
    },
    onDiverged: (_tip, { appHash }) => told.push(`diverged ${appHash}`), onSplit: (_tip, proposed) => told.push(`split ${proposed.length}`),
    log: silentLog, now: () => performance.now(), overdueMs, pollMs: 5,
  });
  return { watch, told, asked: () => asked };
}

test('nobody is asked while blocks come', () => {
  const { watch, asked } = watchOver([saying('bb', true)], 3_600_000);
  for (let height = 1n; height < 30n; height += 1n) {
    watch.committed({ height, appHash: 'aa' });
    watch.blockBegan();
  }
  watch.hint();
  watch.close();
  assert.equal(asked(), 0);
});

test('a verified witness of another hash is told once; one that agrees, or is not verified, is not', async () => {
  const wrong = watchOver([saying('aa', false), saying('bb', true)], 3_600_000);
  wrong.watch.committed(tip);
  await wrong.watch.settle(60_000);
  wrong.watch.hint();
  assert.deepEqual(wrong.told, ['diverged bb']);
  const unsure = watchOver([saying('bb', false), saying('aa', true)], 3_600_000);
  unsure.watch.committed(tip);
  unsure.watch.hint();
  await until('several questions', () => (unsure.asked() > 3 ? true : undefined));
  unsure.watch.close();
  assert.deepEqual(unsure.told, []);
});

test('an overdue block makes it ask; headers without two thirds are told as a split, once', async () => {
  const { watch, told, asked } = watchOver([saying('aa', false), saying('bb', false)], 5);
  watch.committed(tip);
  await until('several questions', () => (asked() > 5 ? true : undefined));
  watch.close();
  assert.deepEqual(told, ['split 2']);
});
