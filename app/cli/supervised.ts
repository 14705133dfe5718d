/** What `windlass start` owes to Cosmovisor when it ends for an upgrade. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../../chain/index.js';
import type { Io } from './io.js';

/** Several of its polls (300 ms by default), and the time in which it asks the ended node for its height. */
const patienceMs = 10_000;

/**
 * Cosmovisor polls for upgrade-info.json, runs `status`, and then interrupts the node. A node that exits by itself meanwhile is
 * looked at a second time beside the first, and one of the two finds that there is nothing new: then Cosmovisor ends with the
 * node's error (scanner.go and process.go of v1.5.0). So a node under it waits to be interrupted. Others exit at once. Everything of the home is closed by now.
 */
export async function waitForCosmovisor(io: Io, log: Logger, stopping: AbortSignal): Promise<void> {
  if (io.env['DAEMON_NAME'] === undefined) return;
  log.info({ patienceMs }, 'everything is closed; waiting for Cosmovisor to take over');
  await wait(patienceMs, undefined, { signal: stopping }).catch(() => undefined); // interrupted: it has taken over
}
