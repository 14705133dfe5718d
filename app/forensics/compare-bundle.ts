/** A saved incident compared with peers, beside the node or without it: the bundle has our side. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { reportFile, type Bundles } from './bundles.js';
import { compareWithPeers } from './compare-with-peers.js';
import { decodeLadder } from './ladder.js';
import type { PeerRpc } from './peers.js';
import { screenOf } from './screen.js';
import type { Summary } from './summary.js';

/**
 * Asks peers, and completes summary, report and `peer-<n>.json` of the bundle. Without peers, or where the chain's hash is not known,
 * nothing changes. `patienceMs`: until peers know that the block is agreed.
 */
export async function compareBundle(bundles: Bundles, saved: Summary, peers: readonly PeerRpc[], patienceMs: number): Promise<Summary> {
  const folder = bundles.pathOf(saved.id);
  const path = join(folder, 'ladder.bin');
  if (peers.length === 0 || !saved.theirs || !existsSync(path)) return saved;
  const ours = decodeLadder(readFileSync(path));
  const comparison = await compareWithPeers({
    ours, peers, patienceMs, now: () => performance.now(), ourCrank: (_height, step) => Promise.resolve(crankIn(folder, step)),
    agreed: { height: ours.height, appHash: saved.theirs.appHash, activityBefore: saved.isBeforeAgreed ? ours.activityBefore : undefined },
  });
  const change = { comparison, peersConfigured: peers.length };
  const answers = comparison.peers.map((peer, index) => ({ name: `peer-${index}.json`, content: `${JSON.stringify(peer, undefined, 2)}\n` }));
  return bundles.update(saved.id, change, [...answers, { name: reportFile, content: screenOf({ ...saved, ...change }, folder) }]);
}

/** Lines of a step in the last attempt that a bundle has; undefined when it has none. */
function crankIn(folder: string, step: number): readonly string[] | undefined {
  const path = join(folder, 'block.full.jsonl.gz');
  if (!existsSync(path)) return undefined;
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n').filter(line => line.includes(`"crank":${step},`));
  const start = lines.findLastIndex(line => line.startsWith('{"type":"crank-start"'));
  return start < 0 ? undefined : lines.slice(start);
}
