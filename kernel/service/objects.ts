/** Making and reading objects of services. */
import assert from 'node:assert/strict';
import { slotRef, type Passable } from '../capdata.js';
import type { KernelObjectId, Kref } from '../ids.js';
import { addObject, readObject } from '../objects.js';
import { hold } from '../refcount.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import type { ReadableRows } from '../store/storage.js';
import type { KernelService, ServiceData } from './types.js';

export function addServiceObject(state: KernelState, service: string, data: ServiceData): KernelObjectId {
  const kref = addObject(state, { service });
  state.rows.set(keys.serviceData(kref), JSON.stringify(data));
  return kref;
}

export function serviceData(rows: ReadableRows, kref: KernelObjectId): ServiceData | undefined {
  const text = rows.get(keys.serviceData(kref));
  return text === undefined ? undefined : (JSON.parse(text) as ServiceData);
}

export function setServiceData(state: KernelState, kref: KernelObjectId, data: ServiceData): void {
  state.rows.set(keys.serviceData(kref), JSON.stringify(data));
}

/** The data of `kref` if it is an object of this service and kind. */
export function dataOfKind(rows: ReadableRows, service: string, kind: string, kref: Kref): ServiceData | undefined {
  const owner = kref.startsWith('ko') ? readObject(rows, kref as KernelObjectId)?.owner : undefined;
  if (!owner || !('service' in owner) || owner.service !== service) return undefined;
  const data = serviceData(rows, kref as KernelObjectId);
  return data?.kind === kind ? data : undefined;
}

/** How an object of a service is written in capdata. */
export function refTo(state: KernelState, kref: KernelObjectId): Passable {
  return slotRef(kref, `Alleged: ${ifaceOf(state, kref)}`);
}

function ifaceOf(state: KernelState, kref: KernelObjectId): string {
  const owner = readObject(state.rows, kref)?.owner;
  assert(owner && 'service' in owner, `${kref} is no object of a service`);
  const data = serviceData(state.rows, kref);
  assert(data, `${kref} of service ${owner.service} has no data`);
  return serviceNamed(state, owner.service).iface(data);
}

export function serviceNamed(state: KernelState, name: string): KernelService {
  const service = state.services.get(name);
  assert(service, `there is no service ${name}`);
  return service;
}

/** The facet of a service that belongs to an account; made at first use and kept: it is what home.<name> always means. */
export function homeFacet(state: KernelState, account: string, name: string): KernelObjectId | undefined {
  const service = state.services.get(name);
  if (!service) return undefined;
  const key = keys.home(account, name);
  const known = state.rows.get(key);
  if (known !== undefined) return known as KernelObjectId;
  const kref = addServiceObject(state, name, service.homeFacet(account));
  hold(state, kref);
  state.rows.set(key, kref);
  return kref;
}
