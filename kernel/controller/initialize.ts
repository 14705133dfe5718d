/** The first state of a kernel without a chain, and the versions of that state. */
import { initializeKernel as writeFirstState, type KernelConfig, type StaticVat } from '../genesis.js';
import { makeKernelState } from '../kernel.js';
import type { KernelService } from '../service/types.js';
import type { StepRecord } from '../step.js';
import { keys } from '../store/keys.js';
import { compareText } from '../store/storage.js';
import { checkSettings, type GivenSettings } from '../vat/settings.js';
import { readBundle, type GivenBundle, type ReadBundle } from './bundles.js';
import type { ControllerStorage } from './storage.js';

export type ControllerVat = Pick<StaticVat, 'parameters'> & {
  /** The id of one of the config's `bundles`, or the bundle itself. */
  readonly bundle?: string | GivenBundle;
  /** The file of the contract's entry module; bundled by the host's `bundleSource`. Either this or `bundle`. */
  readonly sourceSpec?: string;
  readonly options?: GivenSettings;
};

export type ControllerConfig = {
  /** The static vat whose root gets bootstrap(vats, services), once. */
  readonly bootstrap?: string | null;
  readonly vats: Readonly<Record<string, ControllerVat>>;
  /** Installed at the start, for vats that come later. */
  readonly bundles?: readonly GivenBundle[];
};

export type InitializeOptions = {
  /** Makes a bundle of a source file: the kernel has no bundler. That of windlass/client serves. */
  readonly bundleSource?: (file: string) => Promise<GivenBundle>;
  /** Services that the host adds; the same must be given to makeController. */
  readonly services?: readonly KernelService[];
};

/**
 * Writes the first state into an empty storage: bundles, static vats, and the bootstrap message. The host commits. Rejects
 * with an Error when the storage is not empty or the config names what is not there.
 */
export async function initializeKernel(config: ControllerConfig, storage: ControllerStorage, options: InitializeOptions = {}): Promise<StepRecord> {
  if (storage.rows.has(keys.schema)) throw new Error('the storage has a kernel already');
  const bundles = new Map<string, ReadBundle>();
  for (const given of config.bundles ?? []) add(bundles, readBundle(given));
  const vats: [string, StaticVat][] = [];
  for (const name of Object.keys(config.vats).sort(compareText)) {
    vats.push([name, await readVat(name, config.vats[name] as ControllerVat, bundles, options)]);
  }
  const kernelConfig: KernelConfig = { bootstrap: config.bootstrap ?? null, vats: Object.fromEntries(vats) };
  const installed = [...bundles.values()].map(({ bundleId, zip }) => ({ bundleId, size: zip.length }));
  const step = writeFirstState(makeKernelState(storage.rows, options.services), kernelConfig, installed);
  for (const { bundleId, zip } of bundles.values()) storage.addBundle(bundleId, zip);
  return step;
}

function add(bundles: Map<string, ReadBundle>, read: ReadBundle): string {
  bundles.set(read.bundleId, read);
  return read.bundleId;
}

async function readVat(name: string, vat: ControllerVat, bundles: Map<string, ReadBundle>, { bundleSource }: InitializeOptions): Promise<StaticVat> {
  const { bundle, sourceSpec, parameters, options = {} } = vat;
  if ((bundle === undefined) === (sourceSpec === undefined)) throw new Error(`kernel config: vat "${name}" needs either bundle or sourceSpec`);
  if (sourceSpec !== undefined && !bundleSource) throw new Error(`kernel config: vat "${name}" has a sourceSpec, but no bundleSource was given to bundle it`);
  const given = bundle ?? (await bundleSource?.(sourceSpec as string));
  const bundleId = typeof given === 'string' ? given : add(bundles, readBundle(given as GivenBundle));
  const checked = checkSettings(options);
  if ('reason' in checked) throw new Error(`kernel config: vat "${name}": ${checked.reason}`);
  return { bundleId, settings: checked.settings, ...(parameters === undefined ? {} : { parameters }) };
}
