/** Opening what a user named; what is wrong with it is said in his words, with exit code 2. */
import { SourceDamaged } from '../../slog/read/damaged.js';
import { openSource, type Source } from '../../slog/read/source.js';
import { CliFailure, exitCodes } from '../failure.js';
import type { Io } from '../io.js';

const hint = 'A source is a recorder folder, a bundle, a slog file (also .gz), a folder of them, or - for standard input.';

/** Closes it when `use` is done. Rejects with CliFailure when it cannot be read. */
export async function withSource<T>(name: string, io: Io, use: (source: Source) => Promise<T>): Promise<T> {
  return await asFailure(async () => {
    const source = await openSource(name, io.stdin);
    try {
      return await use(source);
    } finally {
      source.close();
    }
  });
}

async function asFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof SourceDamaged || code === 'EACCES' || code === 'ENOENT') throw new CliFailure((error as Error).message, { hint, exitCode: exitCodes.usage, cause: error });
    throw error;
  }
}
