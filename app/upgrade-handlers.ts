/** The upgrades that this release can execute: one file each in app/upgrades, named as the plan. Another file there is another release. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Context } from '../chain/index.js';

/** What app/upgrades/<name>.ts exports as `upgrade`. Everything in it is optional: the kernel's schema is brought up to date in any case. */
export type Upgrade = {
  /** Stores of the app state that come with it; they begin empty, in the block of the upgrade. */
  readonly addsStores?: readonly string[];
  /** Changes of the app state, in the block of the upgrade, before anything else of it. A function of what it reads: it is consensus. */
  readonly migrate?: (ctx: Context) => void;
};

/** By the name of their plans. */
export type Upgrades = ReadonlyMap<string, Upgrade>;

/** Compiled files beside this one. */
const upgradesFolder: string = fileURLToPath(new URL('./upgrades/', import.meta.url));

/** Imports every file of the folder; a release without upgrades has no folder. Rejects when one of them is no upgrade. */
export async function loadUpgrades(folder: string = upgradesFolder): Promise<Upgrades> {
  const files = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.js')).sort() : [];
  const loaded = await Promise.all(files.map(async file => {
    const { upgrade } = (await import(pathToFileURL(join(folder, file)).href)) as { readonly upgrade?: unknown };
    return [file.slice(0, -'.js'.length), checked(file, upgrade)] as const;
  }));
  return new Map(loaded);
}

const fields: Readonly<Record<keyof Upgrade, (value: unknown) => boolean>> = {
  addsStores: value => Array.isArray(value) && value.every(name => typeof name === 'string'),
  migrate: value => typeof value === 'function',
};

/** A slip in a file that only runs once, on a real network, must show at every start. */
function checked(file: string, upgrade: unknown): Upgrade {
  if (typeof upgrade !== 'object' || upgrade === null) throw new Error(`app/upgrades/${file} exports no object "upgrade"`);
  for (const [name, value] of Object.entries(upgrade)) {
    const fits = (fields as Readonly<Record<string, ((value: unknown) => boolean) | undefined>>)[name];
    if (!fits) throw new Error(`app/upgrades/${file}: an upgrade has no field ${name}`);
    if (!fits(value)) throw new Error(`app/upgrades/${file}: ${name} is not what it should be`);
  }
  return upgrade;
}

/** Stores that the upgrades of this release brought or will bring. */
export function storesOfUpgrades(upgrades: Upgrades): readonly string[] {
  return [...new Set([...upgrades.values()].flatMap(({ addsStores = [] }) => addsStores))];
}
