import { spawn } from 'node:child_process';

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs `node …args` to its end, at most `milliseconds`, as a user's shell would: not as a child of this test runner. */
export function runNode(args: readonly string[], options: { cwd?: string; milliseconds?: number; env?: NodeJS.ProcessEnv } = {}): Promise<Ended> {
  const { NODE_TEST_CONTEXT: _inherited, ...env } = process.env;
  const child = spawn(process.execPath, args, { env: { ...env, ...options.env }, cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: options.milliseconds ?? 60_000 });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => { resolve({ code, stdout, stderr }); });
  });
}
