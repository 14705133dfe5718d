/** SIGINT and SIGTERM as a promise: the first asks for a clean stop, a second one ends the process at once. */
export type Stopping = {
  /** Settles with the signal's name. */
  readonly received: Promise<'SIGINT' | 'SIGTERM'>;
  /** Aborts when it does. */
  readonly signal: AbortSignal;
};

export function waitForSignal(): Stopping {
  const controller = new AbortController();
  const received = new Promise<'SIGINT' | 'SIGTERM'>(resolve => {
    const take = (name: 'SIGINT' | 'SIGTERM'): void => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new Error(`stopped by ${name}`));
      resolve(name);
    };
    process.on('SIGINT', take);
    process.on('SIGTERM', take);
  });
  return { received, signal: controller.signal };
}
