/** What a host does after its node was killed: from the kill to no worker left and nothing charged. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostFacts } from '../../app/host-db/host-facts.js';
import { rowOf, type Row } from './row.js';
import type { BenchSize } from './size.js';

const group = 'host';
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export async function* hostRows({ coldStarts, hostWorkers }: BenchSize): AsyncIterable<Row> {
  const samples: number[] = [];
  for (let sample = 0; sample < Math.ceil(coldStarts / 2); sample += 1) samples.push(await recovery(hostWorkers));
  yield rowOf(group, `kill -9 of a node with ${hostWorkers} workers, to a clean ledger`, 'ms', samples);
}

/**
 * Milliseconds from the kill to the next host, with the end of every worker that was left and of its charge. `alsoKilled`: so many
 * workers are killed with the node. Throws when something is left.
 */
export async function recovery(workers: number, alsoKilled = 0): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'windlass-killed-'));
  const child = spawn(process.execPath, [fileURLToPath(new URL('killed-node.js', import.meta.url)), home, String(workers)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let pids: readonly number[] = [];
  try {
    pids = await readyPids(child.stdout);
    assert.equal(pids.length, workers);
    const ended = new Promise(resolve => child.once('close', resolve));
    const began = performance.now();
    child.kill('SIGKILL');
    for (const pid of pids.slice(0, alsoKilled)) killIfThere(pid);
    await ended;
    const facts = await HostFacts.open({ home, log: quiet });
    const took = performance.now() - began;
    const { usage, workers: left } = facts.report();
    await facts.close();
    pids = [];
    const { orphansEnded } = facts.life; // one that was killed may still have been there
    assert.ok(orphansEnded >= workers - alsoKilled && orphansEnded <= workers, `${orphansEnded} orphans of ${workers} workers`);
    assert.deepEqual(left, []);
    assert.ok(usage.every(({ used }) => used === '0'), JSON.stringify(usage));
    return took;
  } finally {
    child.kill('SIGKILL');
    for (const pid of pids) killIfThere(pid); // stopped, they would stay for ever
    rmSync(home, { recursive: true, force: true });
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // gone is what was wanted
  }
}

async function readyPids(out: AsyncIterable<Buffer>): Promise<readonly number[]> {
  let said = '';
  for await (const chunk of out) {
    said += chunk.toString();
    const pids = /^ready (.*)\n/m.exec(said)?.[1];
    if (pids !== undefined) return pids.split(' ').map(Number);
  }
  throw new Error(`the host ended before its workers were there: ${said}`);
}
