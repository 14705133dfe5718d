/** The first state of a kernel: static vats and the bootstrap message, from the kernel config (design 5.5). */
import { encodeCapData, slotRef, type Passable } from './capdata.js';
import type { VatId } from './ids.js';
import type { VatSettings } from './items.js';
import { pinBundle } from './provisioning/bundle-pins.js';
import { ledgerOf, openAccount } from './provisioning/consensus-ledger.js';
import type { QuotaRefusal } from './provisioning/refusal.js';
import { chargeNewVat } from './provisioning/vat-charges.js';
import { enqueue } from './queues.js';
import { hold } from './refcount.js';
import { routeSend } from './route.js';
import { schemaVersion } from './schema/version.js';
import { addServiceObject, refTo } from './service/objects.js';
import { isLabel } from './service/vats.js';
import type { KernelState } from './state.js';
import { beginStep, closeStep, type StepRecord } from './step.js';
import { keys } from './store/keys.js';
import { compareText } from './store/storage.js';
import { addVat, rootOf } from './vat/lifecycle.js';
import { defaultSettings } from './vat/settings.js';

export type StaticVat = {
  readonly bundleId: string;
  /** Plain JSON, given to buildRootObject as vatParameters. */
  readonly parameters?: Passable;
  readonly settings?: Partial<VatSettings>;
};
export type KernelConfig = {
  /** The static vat whose root gets bootstrap(vats, services), once. */
  readonly bootstrap?: string | null;
  readonly vats: Readonly<Record<string, StaticVat>>;
};

export type InstalledBundle = { readonly bundleId: string; readonly size: number };

/**
 * Writes the first state: bundles, a record and a root for each static vat (the bootstrap vat first, the others by
 * name), their starts in the run-queue, and the bootstrap message behind them. Throws an Error when the config names
 * what is not there.
 */
export function initializeKernel(state: KernelState, config: KernelConfig, bundles: readonly InstalledBundle[]): StepRecord {
  const bootstrap = config.bootstrap ?? undefined;
  const names = Object.keys(config.vats).sort(compareText);
  const bad = names.find(name => !isLabel(name));
  if (bad !== undefined) throw new Error(`kernel config: ${JSON.stringify(bad)} is no name for a vat`);
  if (bootstrap !== undefined && !names.includes(bootstrap)) throw new Error(`kernel config: bootstrap names the vat "${bootstrap}", which is not among the vats`);
  const known = new Set(bundles.map(({ bundleId }) => bundleId));
  const lacking = names.find(name => !known.has((config.vats[name] as StaticVat).bundleId));
  if (lacking !== undefined) throw new Error(`kernel config: vat "${lacking}" wants bundle ${config.vats[lacking]?.bundleId ?? ''}, which is not installed`);
  beginStep(state);
  state.rows.set(keys.schema, String(schemaVersion));
  openAccount(ledgerOf(state), '');
  for (const { bundleId, size } of bundles) {
    state.rows.set(keys.bundle(bundleId), String(size));
    mustFit(pinBundle(state, bundleId, BigInt(size), ''));
  }
  const ordered = bootstrap === undefined ? names : [bootstrap, ...names.filter(name => name !== bootstrap)];
  const vats = new Map(ordered.map(name => [name, addStaticVat(state, name, config.vats[name] as StaticVat)]));
  if (bootstrap !== undefined) sendBootstrap(state, vats.get(bootstrap) as VatId, vats);
  return closeStep(state, 'genesis');
}

function mustFit(refusal: QuotaRefusal | undefined): void {
  if (refusal) throw new Error(`kernel config: ${refusal.text}`);
}

function addStaticVat(state: KernelState, name: string, { bundleId, parameters, settings }: StaticVat): VatId {
  const all: VatSettings = { ...defaultSettings, ...settings };
  const record = { label: name, owner: '', bundleId, settings: all };
  const vat = addVat(state, record);
  mustFit(chargeNewVat(state, vat, record));
  const root = rootOf(state, vat);
  hold(state, root);
  state.rows.set(keys.pin(root), vat);
  state.rows.set(keys.vatByName(name), vat);
  enqueue(state, {
    type: 'create-vat', vat, bundleId, label: name, owner: '', settings: all, result: null,
    parameters: encodeCapData(parameters ?? {}),
  });
  return vat;
}

function sendBootstrap(state: KernelState, vat: VatId, vats: ReadonlyMap<string, VatId>): void {
  const roots = [...vats].map(([name, id]): [string, Passable] => [name, slotRef(rootOf(state, id), 'Alleged: root')]);
  const services = [...state.services.values()].map((service): [string, Passable] => [service.name, refTo(state, addServiceObject(state, service.name, service.systemFacet()))]);
  const args: Passable = [Object.fromEntries(roots), Object.fromEntries(services)];
  routeSend(state, rootOf(state, vat), { methargs: encodeCapData(['bootstrap', args]), result: null });
}
