/** A copy of what an application needs of a stopped node's home, to be changed at will: the original is not even opened. */
import { constants, type Dirent } from 'node:fs';
import { copyFile, link, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessAbsent } from '../files.js';

/** Somebody wrote while it was copied, or there is nothing to copy. */
export class CopyFailed extends Error {
  override readonly name = 'CopyFailed';
}

/**
 * Copies the database and the blobs of `home` below `target`/data. Blobs are named by their content and never change, so that
 * they become links where the file system allows it. Rejects with CopyFailed when the database changed meanwhile.
 */
export async function copyData(home: string, target: string): Promise<void> {
  const [database, blobs] = [join(home, 'data', 'windlass.db'), join(home, 'data', 'blobs')];
  const before = await namesAndTimes(database);
  if (!before.includes('CURRENT ')) throw new CopyFailed(`there is no store in ${database}: no node has run there`);
  await each(database, join(target, 'data', 'windlass.db'), copy);
  await each(blobs, join(target, 'data', 'blobs'), (from, to) => (from.endsWith('.tmp') ? Promise.resolve() : linkOrCopy(from, to)));
  if ((await namesAndTimes(database)) !== before) throw new CopyFailed(`a node writes into ${database}: stop it first`);
}

const copy = (from: string, to: string): Promise<void> => copyFile(from, to, constants.COPYFILE_FICLONE);

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK' && code !== 'ENOTSUP') throw error;
    await copy(from, to); // another file system, or one without links
  }
}

async function each(from: string, to: string, take: (from: string, to: string) => Promise<void>): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await entries(from)) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await each(source, target, take);
    else await take(source, target);
  }
}

async function namesAndTimes(folder: string): Promise<string> {
  const found = await entries(folder);
  const lines = await Promise.all(found.map(async ({ name }) => {
    const { size, mtimeMs } = await stat(join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  }));
  return lines.sort().join('\n');
}

/** None when the folder is not there. */
async function entries(folder: string): Promise<readonly Dirent[]> {
  const found = (await unlessAbsent(readdir(folder, { withFileTypes: true }))) ?? [];
  return found.filter(entry => entry.isFile() || entry.isDirectory());
}
