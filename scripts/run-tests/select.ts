import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export type TestFile = {
  /** Relative to the package, with `/`: test/chain/store/x.test.ts. */
  readonly source: string;
  /** Absolute path of what the compiler made of it. */
  readonly compiled: string;
};

export type Selection = {
  /** Absolute folder with package.json. */
  readonly root: string;
  /** Absolute folder of the compiler's output. */
  readonly output: string;
  /** true takes only *.long.test.ts, false all others. */
  readonly long: boolean;
  /** A file is taken when its path contains any of these; none takes all. */
  readonly filters: readonly string[];
};

/**
 * The test files to run, sorted by path. They are found among the sources and not in the output, where a test that was
 * deleted or renamed since would live on.
 */
export function selectTests({ root, output, long, filters }: Selection): readonly TestFile[] {
  return readdirSync(join(root, 'test'), { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.test.ts') && entry.name.endsWith('.long.test.ts') === long)
    .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter(source => !source.split('/').includes('node_modules'))
    .filter(source => filters.length === 0 || filters.some(text => source.includes(text)))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map(source => ({ source, compiled: join(output, source.replace(/\.ts$/, '.js')) }));
}
