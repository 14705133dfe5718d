/** Asking whether CometBFT's RPC answers. */
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 50;

/** http://host:port for the address that a server is bound to; where it listens on all addresses, the local one is named. */
export function rpcUrlOf(hostAndPort: string): string {
  const address = hostAndPort.replace(/^[a-z]+:\/\//, '');
  return `http://${address.replace(/^(0\.0\.0\.0)?:(?=\d+$)/, '127.0.0.1:').replace(/^\[::\](?=:\d+$)/, '[::1]')}`;
}

/** Resolves when GET /health is answered with success; rejects with the signal's reason when it is aborted first. */
export async function rpcAnswers(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if (await isHealthy(url)) return;
    await delay(pollMs);
  }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // not yet; the caller asks again until its own bound
  }
}
