/**
 * A block that went wrong here, compared with what peers made of it (`/forensics/…`): their ladders are verified down from the AppHash
 * that the network agreed on, the first step that differs is fetched, its rows are checked against its hash, and its entries are compared.
 * Delivery and syscalls are not under the hash, so it is said how many peers tell the same of them.
 */
import { compareCranks, type CrankDifference } from '../recorder/diff/index.js';
import { laneD, typeOf } from '../recorder/lines/index.js';
import { faultInLadder, type Agreed } from './check-ladder.js';
import { compareLadders } from './compare-ladders.js';
import { decodeLadder, encodeLadder, NoLadder, type Ladder } from './ladder.js';
import { PeerRefused, PeerSilent, type PeerRpc } from './peers.js';
import { crankPath, ladderPath, tooMany, type CrankBodies } from './query.js';
import { hashOfRows } from './step-hash.js';

export type PeerStanding = {
  readonly url: string;
  /** `agrees`: what it says leads to the network's hash. `lies`: it does not. `silent`: no answer. `refuses`: it has none, or none yet. */
  readonly state: 'agrees' | 'lies' | 'silent' | 'refuses';
  /** For people, but for those that agree. */
  readonly reason: string | undefined;
};

export type Verdict = CrankDifference['verdict'] | 'store-only' | 'earlier' | 'unknown';

export type StepFinding = {
  readonly step: number;
  /** From 1, of so many that the chain's run has. */
  readonly place: number;
  readonly of: number;
  readonly kind: string;
  /** Undefined when the entries of one side are not to be had. */
  readonly difference: CrankDifference | undefined;
  /** Peers that tell the same of the step, and all that told of it. */
  readonly agreeing: number;
  readonly told: number;
};

export type Comparison = {
  readonly verdict: Verdict;
  readonly peers: readonly PeerStanding[];
  readonly stores: readonly { readonly name: string; readonly isSame: boolean }[];
  readonly finding: StepFinding | undefined;
};

export type CompareOptions = {
  readonly ours: Ladder;
  readonly agreed: Agreed;
  readonly peers: readonly PeerRpc[];
  readonly ourCrank: CrankBodies;
  /** How long peers may take until they know that the block is agreed, and again until they tell of the step, in milliseconds. */
  readonly patienceMs: number;
  readonly now: () => number;
};

type Told = { readonly rpc: PeerRpc; readonly ladder: Ladder };
type Answer = { readonly standing: PeerStanding; readonly told: Told | undefined };

const retryMs = 300;
const triesMax = 5;

/** Never rejects because of a peer. */
export async function compareWithPeers({ ours, agreed, peers, ourCrank, patienceMs, now }: CompareOptions): Promise<Comparison> {
  const end = now() + patienceMs;
  const answers = await Promise.all(peers.map(rpc => verifiedLadder(rpc, agreed, () => now() < end)));
  const told = answers.map(answer => answer.told).filter(one => one !== undefined);
  const first = toldByMost(told);
  const standings = new Map(answers.map(({ standing }) => [standing.url, standing]));
  if (!first) return { verdict: 'unknown', peers: [...standings.values()], stores: [], finding: undefined };
  const { step, stores, startsApart } = compareLadders(ours, first.ladder);
  if (startsApart) return { verdict: 'earlier', peers: [...standings.values()], stores, finding: undefined };
  if (!step) return { verdict: stores.some(({ isSame }) => !isSame) ? 'store-only' : 'unknown', peers: [...standings.values()], stores, finding: undefined };
  const stepEnd = now() + patienceMs;
  const bodies = step.theirs ? await bodiesOf(told, agreed.height, step.number, step.theirs.hash, standings, () => now() < stepEnd) : [];
  const [best] = bodies;
  const own = step.ours ? await ourCrank(agreed.height, step.number) : undefined;
  const difference = own && best ? compareCranks(own, best.lines) : undefined;
  const finding: StepFinding = {
    step: step.number, place: step.place + 1, of: first.ladder.steps.length, kind: (step.ours ?? step.theirs)?.kind ?? '', difference,
    agreeing: best?.peers ?? 0, told: bodies.reduce((sum, body) => sum + body.peers, 0),
  };
  const isMissing = !step.ours || !step.theirs; // `kind` is under no hash: a peer may say what it likes
  return { verdict: isMissing ? 'schedule' : (difference?.verdict ?? 'unknown'), peers: [...standings.values()], stores, finding };
}

/** Of ladders that all hold, that of most peers, the first configured of as many: kinds of steps are under no hash. Undefined of none. */
function toldByMost(told: readonly Told[]): Told | undefined {
  const texts = told.map(({ ladder }) => Buffer.from(encodeLadder(ladder)).toString('hex'));
  const countOf = (text: string | undefined): number => texts.filter(other => other === text).length;
  const most = Math.max(0, ...texts.map(countOf));
  return told.find((_, index) => countOf(texts[index]) === most);
}

async function verifiedLadder(rpc: PeerRpc, agreed: Agreed, hasTime: () => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ladderOf(rpc, agreed);
    if (answer.told || answer.standing.state === 'lies' || !hasTime()) return answer;
    await new Promise(resolve => setTimeout(resolve, retryMs));
  }
}

async function ladderOf(rpc: PeerRpc, agreed: Agreed): Promise<Answer> {
  const standing = (state: PeerStanding['state'], reason: string | undefined): PeerStanding => ({ url: rpc.url, state, reason });
  try {
    const ladder = decodeLadder(await rpc.query(ladderPath(agreed.height)));
    const fault = faultInLadder(ladder, agreed);
    return fault === undefined ? { standing: standing('agrees', undefined), told: { rpc, ladder } } : { standing: standing('lies', fault), told: undefined };
  } catch (error) {
    if (error instanceof NoLadder) return { standing: standing('lies', error.message), told: undefined };
    return { standing: standing(error instanceof PeerSilent ? 'silent' : 'refuses', error instanceof Error ? error.message : String(error)), told: undefined };
  }
}

type Body = { readonly lines: readonly string[]; readonly isChecked: boolean; peers: number };

/** What peers recorded of a step, versions whose rows give the hash first, then that of most peers. Whoever sends rows of another hash is noted as a liar. */
async function bodiesOf(told: readonly Told[], height: bigint, step: number, hash: string, standings: Map<string, PeerStanding>, hasTime: () => boolean): Promise<readonly Body[]> {
  const bodies = new Map<string, Body>();
  await Promise.all(told.map(async ({ rpc }) => {
    const lines = await linesOf(rpc, height, step, hasTime);
    if (!lines) return;
    const rows = rowsOf(lines);
    if (rows && hashOfRows(rows) !== hash) {
      standings.set(rpc.url, { url: rpc.url, state: 'lies', reason: `the rows that it tells of step ${step} do not give its hash` });
      return;
    }
    const text = lines.join('\n');
    const body = bodies.get(text) ?? { lines, isChecked: rows !== undefined, peers: 0 };
    body.peers += 1;
    bodies.set(text, body);
  }));
  return [...bodies.values()].sort((a, b) => Number(b.isChecked) - Number(a.isChecked) || b.peers - a.peers);
}

/** Undefined from a peer that has them no more, or went silent: others may tell. */
async function linesOf(rpc: PeerRpc, height: bigint, step: number, hasTime: () => boolean): Promise<readonly string[] | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      return Buffer.from(await rpc.query(crankPath(height, step))).toString('utf8').split('\n').filter(line => line !== '').map(line => (laneD(line) === undefined ? `${line.slice(0, -1)},"~":{}}` : line));
    } catch (error) {
      // Many nodes with one fault may ask the same peers in one second.
      const isBusy = error instanceof PeerRefused && error.message.startsWith(tooMany);
      const mayTellYet = isBusy || error instanceof PeerSilent;
      if (!mayTellYet || (tries >= (isBusy ? triesMax : 2) && !hasTime())) return undefined;
      await new Promise(resolve => setTimeout(resolve, Math.min(tries, triesMax) * retryMs));
    }
  }
}

/** Undefined when a step's rows were not recorded. */
function rowsOf(lines: readonly string[]): readonly unknown[] | undefined {
  const found = lines.filter(line => typeOf(line) === 'kv');
  return found.length === 0 ? undefined : found.flatMap(line => rowsIn(line));
}

function rowsIn(line: string): readonly unknown[] {
  try {
    const { rows } = JSON.parse(line) as { readonly rows?: unknown };
    return Array.isArray(rows) ? (rows as unknown[]) : ['none'];
  } catch {
    return ['none']; // it gives no hash
  }
}
