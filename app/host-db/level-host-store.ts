/** host.db: facts of this host (workers, their generations and sagas, which vats were online). No restart undoes them, no rollback touches them. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { endOf, ledgerPrefix, sagaPrefix, slotPrefix, type HostRow, type HostStore } from '../../kernel/index.js';
import { openUnlessLocked } from '../store.js';

export const hostDatabasePath = (home: string): string => join(home, 'host.db');

const schemaKey = 'schema';
const homeKey = 'home';
const schema = '1';

/** Which home this is: `id` is random; the folder's place tells a copy of the home from the home. */
type HomeIdentity = { readonly id: string; readonly device: string; readonly inode: string };

export class LevelHostStore implements HostStore {
  readonly home: string;
  /** Rows about workers that were dropped: the database lies elsewhere than when it was last open, and they are another home's. */
  readonly forgotten: number;
  readonly #db: Level<string, string>;

  /** Opens or makes the database of a home. Throws DatabaseLocked when another process has it. */
  static async open(home: string): Promise<LevelHostStore> {
    const path = hostDatabasePath(home);
    mkdirSync(path, { recursive: true });
    const db = new Level<string, string>(path);
    await openUnlessLocked(db, path);
    try {
      return await LevelHostStore.#identified(db, path);
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  static async #identified(db: Level<string, string>, path: string): Promise<LevelHostStore> {
    const found = db.getSync(schemaKey);
    if (found !== undefined && found !== schema) throw new Error(`${path} has schema ${found}, and this release knows ${schema}: start the release that wrote it`);
    const { dev, ino } = statSync(path, { bigint: true });
    const place = { device: String(dev), inode: String(ino) };
    const noted = db.getSync(homeKey);
    const known = noted === undefined ? undefined : (JSON.parse(noted) as HomeIdentity);
    if (known?.device === place.device && known.inode === place.inode) return new LevelHostStore(db, known.id, 0);
    const identity: HomeIdentity = { id: randomBytes(8).toString('hex'), ...place };
    // The processes that a copied database names belong to the home it was copied from, which may be running.
    const theirs = (await Promise.all([slotPrefix, sagaPrefix, ledgerPrefix].map(prefix => db.keys({ gte: prefix, lt: endOf(prefix) }).all()))).flat();
    const rows = [{ type: 'put', key: schemaKey, value: schema }, { type: 'put', key: homeKey, value: JSON.stringify(identity) }] as const;
    await db.batch([...rows, ...theirs.map(key => ({ type: 'del', key }) as const)], { sync: true });
    return new LevelHostStore(db, identity.id, theirs.length);
  }

  private constructor(db: Level<string, string>, home: string, forgotten: number) {
    this.#db = db;
    this.home = home;
    this.forgotten = forgotten;
  }

  rows(prefix: string): Promise<readonly (readonly [string, string])[]> {
    return this.#db.iterator({ gte: prefix, lt: endOf(prefix) }).all();
  }

  async write(rows: readonly HostRow[], isSynced: boolean): Promise<void> {
    await this.#db.batch(rows.map(({ key, value }) => (value === undefined ? { type: 'del', key } : { type: 'put', key, value })), { sync: isSynced });
  }

  async close(): Promise<void> {
    await this.#db.close();
  }
}
