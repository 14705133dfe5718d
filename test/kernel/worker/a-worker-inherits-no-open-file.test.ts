import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { NodeDatabase } from '../../../app/store.js';
import { makeXsnapWorkerFactory } from '../../../kernel/index.js';
import { bundleVat } from '../../support/kernel.js';

const skip = process.platform === 'linux' ? false : 'what a process has open is read from /proc, which only Linux has';

test('a worker has its pipes and nothing of the database', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-fds-'));
  const database = await NodeDatabase.open(join(folder, 'windlass.db'));
  const workers = makeXsnapWorkerFactory();
  after(async () => {
    await workers.shutdown();
    await database.close();
    rmSync(folder, { recursive: true });
  });
  const own = readdirSync('/proc/self/fd').map(fd => linkOf('self', fd));
  assert.ok(own.some(target => target.startsWith(folder)), 'the database is open here');
  const { zip } = await bundleVat('echo');
  const { pid } = await workers.start({ name: 'v1:echo', vatId: 'v1', bundle: zip, computronsPerDelivery: 100_000_000 });
  const open = readdirSync(`/proc/${pid}/fd`).map(fd => [Number(fd), linkOf(String(pid), fd)] as const);
  assert.deepEqual(open.filter(([fd, target]) => fd > 8 || target.startsWith(folder)), []);
});

function linkOf(pid: string, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return ''; // it was the listing's own
  }
}
