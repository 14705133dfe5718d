/** The contracts that are measured, bundled once a process. */
import { join } from 'node:path';
import { bundle, type Bundle } from '../../app/bundler/index.js';
import { packageRootAbove } from '../package-root.js';

export type ContractName = 'echo' | 'caller' | 'cells' | 'publisher' | 'promises';
export type Contract = Bundle;

const made = new Map<ContractName, Promise<Contract>>();

/** scripts/bench/vats/<name>.js, bundled as an operator would bundle it. */
export function contract(name: ContractName): Promise<Contract> {
  const known = made.get(name) ?? bundle(join(packageRootAbove(import.meta.dirname), 'scripts', 'bench', 'vats', `${name}.js`));
  made.set(name, known);
  return known;
}
