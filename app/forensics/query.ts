/**
 * What other nodes may ask when one of them has diverged: `/forensics/ladder/<height>` and `/forensics/crank/<height>/<step>`, of heights
 * that are known to be agreed; `/forensics/status` says whether this node has diverged. Each answer costs a bounded read.
 */
import type { ResponseQuery } from '../../chain/abci/types.js';
import { Refusal, sdk, type Logger } from '../../chain/index.js';
import { encodeLadder, type Ladder } from './ladder.js';

export const forensicsQueryPrefix = '/forensics/';
export const ladderPath = (height: bigint): string => `${forensicsQueryPrefix}ladder/${height}`;
export const crankPath = (height: bigint, step: number): string => `${forensicsQueryPrefix}crank/${height}/${step}`;

/** What was recorded of a step: lines without local parts, in their order. Undefined when it is not there any more. */
export type CrankBodies = (height: bigint, step: number) => Promise<readonly string[] | undefined>;

export type ForensicsSource = {
  readonly ladder: (height: bigint) => Ladder | undefined;
  readonly crank: CrankBodies;
  readonly confirmed: () => bigint;
  /** JSON. */
  readonly status: () => object;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
};

/** The answer to who asks more than is allowed begins so. */
export const tooMany = 'too many questions at once';

/** Of an answer. */
export const bodyBytesMax = 1024 * 1024;

const grammar = /^\/forensics\/(?:(status)|ladder\/(0|[1-9]\d{0,17})|crank\/(0|[1-9]\d{0,17})\/(0|[1-9]\d{0,14}))$/;

/** Answers every question, if only with a code; a disk that fails under a stranger's question must not stop a validator. */
export function makeForensicsQuery(source: ForensicsSource): (path: string) => Promise<ResponseQuery> {
  const [ladders, cranks] = [makeLimit(source.now, 5), makeLimit(source.now, 4)];
  const valueOf = async (path: string): Promise<Uint8Array> => {
    const [, status, ladder, crank, step] = grammar.exec(path) ?? [];
    if (status !== undefined) return Buffer.from(JSON.stringify(source.status()));
    if (ladder !== undefined) return encodeLadder(confirmedLadder(source, BigInt(ladder), ladders));
    if (crank === undefined) throw new Refusal('sdk', sdk.invalidRequest, `expected ${ladderPath(1n)} or ${crankPath(1n, 1)}: invalid request`);
    confirmedLadder(source, BigInt(crank), cranks);
    const lines = await source.crank(BigInt(crank), Number(step));
    if (!lines) throw new Refusal('sdk', sdk.notFound, `what was recorded of step ${step} of block ${crank} is not kept any more: not found`);
    const bytes = Buffer.from(lines.join('\n'));
    if (bytes.length > bodyBytesMax) throw new Refusal('sdk', sdk.invalidRequest, `step ${step} has ${bytes.length} bytes, more than an answer may: invalid request`);
    return bytes;
  };
  return async path => {
    const empty = { code: 0, log: '', info: '', index: 0n, key: new Uint8Array(0), value: new Uint8Array(0), proofOps: undefined, height: source.confirmed(), codespace: '' };
    try {
      return { ...empty, value: await valueOf(path) };
    } catch (error) {
      if (error instanceof Refusal) return { ...empty, codespace: error.codespace, code: error.code, log: error.message };
      source.log.error({ path, reason: error instanceof Error ? error.message : String(error) }, 'what a peer asked for cannot be read');
      return { ...empty, codespace: 'undefined', code: 1, log: 'internal error' };
    }
  };
}

function confirmedLadder({ ladder, confirmed }: ForensicsSource, height: bigint, isAllowed: () => boolean): Ladder {
  if (!isAllowed()) throw new Refusal('sdk', sdk.invalidRequest, `${tooMany}, ask again in a second: invalid request`);
  if (height > confirmed()) throw new Refusal('sdk', sdk.notFound, `block ${height} is not known to be agreed here yet: not found`);
  const found = ladder(height);
  if (!found) throw new Refusal('sdk', sdk.notFound, `the ladder of block ${height} is not kept any more: not found`);
  return found;
}

/** So many in a second, over all who ask: a sandpile of tokens. */
function makeLimit(now: () => number, perSecond: number): () => boolean {
  let tokens = perSecond;
  let last = now();
  return () => {
    const at = now();
    tokens = Math.min(perSecond, tokens + ((at - last) / 1000) * perSecond);
    last = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
