import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package (where package.json lies), found from the compiled module's place. */
export const packageRoot: string = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** The chain's own .proto files: tendermint.abci, cosmos.*. The host adds its own. */
export const chainProtoFolder: string = join(packageRoot, 'chain', 'proto');

function findPackageRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const above = dirname(from);
  if (above === from) throw new Error('windlass: no package.json above the program; the installation is incomplete');
  return findPackageRoot(above);
}
