/** How a command ends when it cannot do what it was asked. Each text says what happened and what to do about it. */

/** Exit codes of every command. */
export const exitCodes = { ok: 0, refused: 1, usage: 2, diverged: 70 } as const;

/** An expected end of a command; `hint` is the next thing to try. */
export class CliFailure extends Error {
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(message: string, options: { readonly hint?: string; readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliFailure';
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? exitCodes.refused;
  }
}

/** The command was asked for in a way it does not understand. */
export class UsageFailure extends CliFailure {
  constructor(message: string, hint?: string) {
    super(message, { exitCode: exitCodes.usage, ...(hint === undefined ? {} : { hint }) });
    this.name = 'UsageFailure';
  }
}

/** The result is printed and it is a refusal or a rejection: nothing more to say, exit with the code. */
export class ReportedFailure extends CliFailure {
  constructor(exitCode: number = exitCodes.refused) {
    super('the result says why', { exitCode });
    this.name = 'ReportedFailure';
  }
}

/** What goes to stderr: sentences; the stack and causes only for those who debug Windlass itself. */
export function describeFailure(error: unknown, debug: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = [`Error: ${message}`];
  if (error instanceof CliFailure && error.hint !== undefined) lines.push(`  ${error.hint}`);
  if (debug && error instanceof Error) lines.push(error.stack ?? '', ...(error.cause === undefined ? [] : [`Caused by: ${error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : JSON.stringify(error.cause)}`]));
  else if (!(error instanceof CliFailure)) lines.push('  This is not expected. Run it again with WINDLASS_DEBUG=1 to see where it came from.');
  return `${lines.join('\n')}\n`;
}
