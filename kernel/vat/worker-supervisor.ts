/** The program inside every worker: ours, made by scripts/build-supervisor.ts, or the published one. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder, readStartCode } from './xsnap-binary.js';

export type SupervisorName = 'own' | 'published';

/** `source` is one expression. */
export type Supervisor = { readonly source: string; readonly sha256: string };

/** Reads it and checks its hash. Throws an Error that says what to do when it is missing or another. */
export function readSupervisor(which: SupervisorName): Supervisor {
  return which === 'published' ? readStartCode('supervisor') : readOwn();
}

function readOwn(): Supervisor {
  const root = packageFolder();
  const expected = readFileSync(join(root, 'kernel/worker/supervisor.sha256'), 'latin1').trim();
  const path = join(root, 'dist/kernel/worker/supervisor.js.txt');
  if (!existsSync(path)) throw new Error('the supervisor of the vat workers is not built; run: npm run build');
  const source = readFileSync(path, 'utf8');
  const sha256 = createHash('sha256').update(source).digest('hex');
  if (sha256 !== expected) throw new Error(`the supervisor of the vat workers has SHA-256 ${sha256}, not ${expected}; run: npm run build`);
  return { source, sha256 };
}
