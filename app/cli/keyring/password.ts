/** Where passwords come from: WINDLASS_KEYRING_PASSWORD, else the terminal, else the next line of stdin. */
import { CliFailure, UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { askSecret } from '../prompt.js';

const charactersMin = 8;

/** An existing password. Throws CliFailure when there is none to be had. */
export async function readPassword(io: Io, question: string): Promise<string> {
  const fromEnv = io.env['WINDLASS_KEYRING_PASSWORD'];
  if (fromEnv !== undefined && fromEnv !== '') return fromEnv;
  const answer = await askSecret(io, `${question}: `);
  if (answer === undefined || answer === '') {
    throw new CliFailure('no password was given', { hint: 'Type it when asked, pipe it to stdin, or set WINDLASS_KEYRING_PASSWORD.' });
  }
  return answer;
}

/** A password to be: at least 8 characters, typed twice on a terminal. */
export async function chooseNewPassword(io: Io, question: string): Promise<string> {
  const password = await readPassword(io, `${question} (at least ${charactersMin} characters)`);
  if ([...password].length < charactersMin) throw new UsageFailure(`the password has fewer than ${charactersMin} characters`);
  const typed = io.stdin.isTTY === true && !io.env['WINDLASS_KEYRING_PASSWORD'];
  if (typed && (await askSecret(io, 'Once more: ')) !== password) throw new UsageFailure('the two passwords differ');
  return password;
}
