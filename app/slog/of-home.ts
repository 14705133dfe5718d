/** The senders of a node's home. */
import { resolve } from 'node:path';
import type { Logger } from '../../chain/index.js';
import { readGenesis } from '../../chain/engine/home-files/index.js';
import { recorderFolder } from '../recorder/of-home.js';
import { startSlog, type Slog } from './index.js';
import { readSenderSpec, type SenderSpec } from './senders/spec.js';

/** As app.toml has them: `file`, `pipe:<path>`, `module:<file>`; paths from the home. */
export type SlogSettings = { readonly senders: readonly string[] };

/** Undefined when there is none to start. Throws for what is no sender; app.toml is checked before. */
export function slogOfHome(home: string, { senders }: SlogSettings, { release, boot }: { readonly release: string; readonly boot: string }, log: Logger): Slog | undefined {
  if (senders.length === 0) return undefined;
  return startSlog({ home, ring: recorderFolder(home), chain: readGenesis(home).chain_id, release, boot, senders: senders.map(text => specOf(home, text)), log });
}

function specOf(home: string, text: string): SenderSpec {
  const spec = readSenderSpec(text);
  if (!spec) throw new Error(`there is no sender ${text}`);
  if (spec.kind === 'pipe') return { ...spec, path: resolve(home, spec.path) };
  return spec.kind === 'module' ? { ...spec, file: resolve(home, spec.file) } : spec;
}
