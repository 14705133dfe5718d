/** host.db: facts of this host (workers, their generations and sagas, which vats were online). No restart undoes them, no rollback touches them. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import type { HostRow, HostStore } from '../../kernel/index.js';
import { DatabaseLocked } from '../store.js';

export const hostDatabasePath = (home: string): string => join(home, 'host.db');

const schemaKey = 'schema';
const homeKey = 'home';
const schema = '1';

/** Which home this is: `id` is random; the folder's place tells a copy of the home from the home. */
type HomeIdentity = { readonly id: string; readonly device: string; readonly inode: string };

export class LevelHostStore implements HostStore {
  readonly home: string;
  /** The database lies elsewhere than when it was last open: what it says of processes is of another home's. */
  readonly isCopy: boolean;
  readonly #db: Level<string, string>;

  /** Opens or makes the database of a home. Throws DatabaseLocked when another process has it. */
  static async open(home: string): Promise<LevelHostStore> {
    const path = hostDatabasePath(home);
    mkdirSync(path, { recursive: true });
    const db = new Level<string, string>(path);
    try {
      await db.open();
    } catch (error) {
      if ((error as { cause?: { code?: string } }).cause?.code === 'LEVEL_LOCKED') throw new DatabaseLocked(path);
      throw error;
    }
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
    if (known?.device === place.device && known.inode === place.inode) return new LevelHostStore(db, known.id, false);
    const identity: HomeIdentity = { id: randomBytes(8).toString('hex'), ...place };
    await db.batch([{ type: 'put', key: schemaKey, value: schema }, { type: 'put', key: homeKey, value: JSON.stringify(identity) }], { sync: true });
    return new LevelHostStore(db, identity.id, known !== undefined);
  }

  private constructor(db: Level<string, string>, home: string, isCopy: boolean) {
    this.#db = db;
    this.home = home;
    this.isCopy = isCopy;
  }

  rows(prefix: string): Promise<readonly (readonly [string, string])[]> {
    return this.#db.iterator({ gte: prefix, lt: `${prefix}\uffff` }).all();
  }

  get(key: string): string | undefined {
    return this.#db.getSync(key);
  }

  async write(rows: readonly HostRow[], isSynced: boolean): Promise<void> {
    await this.#db.batch(rows.map(({ key, value }) => (value === undefined ? { type: 'del', key } : { type: 'put', key, value })), { sync: isSynced });
  }

  async close(): Promise<void> {
    await this.#db.close();
  }
}
