/** Whether this release fits the rows that a node finds at its start; what does not is refused before anything is changed. */
import { readSchema, schemaVersion, type ReadableRows } from '../../kernel/index.js';
import { WrongRelease, type Verdict } from './upgrade.js';

const lookUp = 'See "Upgrading a network" in the README.';

/** The kernel's rows have this release's schema, or the next block brings them there. */
export function requireSchema(rows: ReadableRows, verdict: Verdict): void {
  const found = readSchema(rows) ?? schemaVersion;
  if (found > schemaVersion) {
    throw new WrongRelease(`the kernel's rows have schema ${found}, and this release knows no later one than ${schemaVersion}`, `A newer release wrote them: run that one. ${lookUp}`);
  }
  if (found < schemaVersion && verdict.kind !== 'apply') {
    throw new WrongRelease(`the kernel's rows have schema ${found}, this release needs schema ${schemaVersion}, and no upgrade is due that this release could execute`, `Run the release from before: an upgrade changes the schema on all validators in one block. ${lookUp}`);
  }
}

/** Stores of this release that the app state lacks must come with the upgrade of the next block: else its AppHash would be nobody else's. */
export function requireStores(inState: readonly string[], ofRelease: readonly string[], verdict: Verdict): void {
  const brought = verdict.kind === 'apply' ? (verdict.upgrade.addsStores ?? []) : [];
  const missing = ofRelease.filter(name => !inState.includes(name) && !brought.includes(name));
  if (missing.length > 0) {
    throw new WrongRelease(`this release has the stores ${missing.join(', ')}, which the chain does not have, and no upgrade that is due brings them`, `Run the release that the chain runs. ${lookUp}`);
  }
}

/** What the chain has and this release does not: it is of another release, whatever the plans say. */
export function refuseUnknownStores(inState: readonly string[], ofRelease: readonly string[]): void {
  const unknown = inState.filter(name => !ofRelease.includes(name));
  if (unknown.length > 0) {
    throw new WrongRelease(`the chain has the stores ${unknown.join(', ')}, which this release does not know`, `A newer release made them: run that one. ${lookUp}`);
  }
}
