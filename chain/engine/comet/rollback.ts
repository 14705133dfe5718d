/** CometBFT's own `rollback`, the soft one: its state goes back one height, its blocks stay, its signing state is not touched. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findCometBinary } from './binary.js';

const timeoutMs = 120_000;

/**
 * Takes CometBFT's state back one height if it is that of its last block; else CometBFT changes nothing, so that a second call
 * is harmless. It must not be running. Resolves with what it said. Rejects with a text for people.
 */
export async function rollBackComet(home: string, env: Readonly<Record<string, string | undefined>> = process.env): Promise<string> {
  const binary = await findCometBinary(env);
  try {
    const { stdout } = await promisify(execFile)(binary, ['rollback', '--home', home], { timeout: timeoutMs, env });
    return stdout.trim();
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    throw new Error(`cometbft rollback failed: ${(stderr?.trim() || message).split('\n')[0] ?? ''}`, { cause: error });
  }
}
