/** Files of a home: each appears whole or not at all. */
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file or replaces it: readers see the old content or the new. `mode` such as 0o600. */
export function replaceFile(path: string, text: string, mode: number): void {
  const temporary = writeTemporary(path, text, mode);
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** Writes a file that must not exist yet. Throws with code EEXIST, and leaves the old one untouched, when it does. */
export function createFile(path: string, text: string, mode: number): void {
  const temporary = writeTemporary(path, text, mode);
  try {
    linkSync(temporary, path); // unlike rename, link never replaces
  } finally {
    rmSync(temporary);
  }
  syncFolder(dirname(path));
}

function writeTemporary(path: string, text: string, mode: number): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', mode);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return temporary;
}

/** The new name itself must survive a power cut. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
