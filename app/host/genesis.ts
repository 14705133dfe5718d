/** app_state.kernel: parameters, bundles, static vats. Read with care: it is a file that people write. */
import { checkSettings, verifyBundle, type KernelConfig, type StaticVat } from '../../kernel/index.js';

export type KernelGenesis = {
  /** Proto-JSON of windlass.kernel.v1.Params; absent fields get their defaults. */
  readonly params: unknown;
  readonly bundles: readonly { readonly bundleId: string; readonly zip: Uint8Array }[];
  readonly config: KernelConfig;
};

/** Throws an Error that names the place in app_state.kernel and what is expected there. */
export function readKernelGenesis(state: unknown): KernelGenesis {
  const { params, bundles = {}, config = {} } = objectAt(state ?? {}, 'app_state.kernel', ['params', 'bundles', 'config']);
  return { params: params ?? {}, bundles: readBundles(bundles), config: readConfig(config) };
}

function readBundles(value: unknown): KernelGenesis['bundles'] {
  const entries = Object.entries(objectAt(value, 'app_state.kernel.bundles'));
  return entries.map(([bundleId, text]) => {
    const place = `app_state.kernel.bundles.${bundleId.slice(0, 16)}…`;
    if (typeof text !== 'string') throw new Error(`${place}: expected the bundle's zip in base64`);
    const zip = Uint8Array.from(Buffer.from(text, 'base64'));
    const verdict = verifyBundle(zip, bundleId);
    if (!verdict.ok) throw new Error(`${place}: ${verdict.reason}`);
    return { bundleId, zip };
  });
}

function readConfig(value: unknown): KernelConfig {
  const place = 'app_state.kernel.config';
  const { bootstrap = null, vats = {} } = objectAt(value, place, ['bootstrap', 'vats']);
  if (bootstrap !== null && typeof bootstrap !== 'string') throw new Error(`${place}.bootstrap: expected the name of a vat, or null`);
  const entries = Object.entries(objectAt(vats, `${place}.vats`));
  return { bootstrap, vats: Object.fromEntries(entries.map(([name, vat]) => [name, readStaticVat(vat, `${place}.vats.${name}`)])) };
}

function readStaticVat(value: unknown, place: string): StaticVat {
  const { bundle, bundle_id: bundleId = bundle, parameters, options = {} } = objectAt(value, place, ['bundle', 'bundle_id', 'parameters', 'options']);
  if (typeof bundleId !== 'string') throw new Error(`${place}.bundle: expected the id of a bundle in app_state.kernel.bundles`);
  const checked = checkSettings(objectAt(options, `${place}.options`));
  if ('reason' in checked) throw new Error(`${place}.options: ${checked.reason}`);
  return { bundleId, settings: checked.settings, ...(parameters === undefined ? {} : { parameters: parameters as NonNullable<StaticVat['parameters']> }) };
}

/** With `known`, any other key is a mistake: a misspelt one would silently mean a default. */
function objectAt(value: unknown, place: string, known?: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${place}: expected an object`);
  const unknown = Object.keys(value).find(key => known !== undefined && !known.includes(key));
  if (unknown !== undefined) throw new Error(`${place}: ${unknown} is not known there; expected ${known?.join(', ')}`);
  return value as Record<string, unknown>;
}
