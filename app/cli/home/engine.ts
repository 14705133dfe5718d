/** Which engine a home's blocks were made with. A home belongs to one: their block stores do not fit each other. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../../chain/engine/home-files/index.js';
import { CliFailure } from '../failure.js';

export type EngineName = 'embedded' | 'cometbft';

const pathOf = (home: string): string => join(home, 'data', 'engine');

/** The engine of this home, or undefined when it has made no choice yet. Throws CliFailure when the record is damaged. */
export function recordedEngine(home: string): EngineName | undefined {
  const path = pathOf(home);
  if (!existsSync(path)) return undefined;
  const name = readFileSync(path, 'utf8').trim();
  if (name === 'embedded' || name === 'cometbft') return name;
  throw new CliFailure(`${path} says ${JSON.stringify(name)}, expected embedded or cometbft`);
}

/** Records the engine at its first start. Throws CliFailure when the home belongs to the other one. */
export function claimEngine(home: string, engine: EngineName): void {
  const recorded = recordedEngine(home);
  if (recorded === engine) return;
  if (recorded !== undefined) {
    throw new CliFailure(`${home} was made with the ${recorded} engine and cannot run with ${engine}`, {
      hint: `Start it with --engine ${recorded}, or make another home: windlass init --home DIR.`,
    });
  }
  replaceFile(pathOf(home), `${engine}\n`, 0o644);
}
