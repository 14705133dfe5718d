/** In the environment of a node that is to stop when the process at the other end of its IPC channel is gone. */
export const stopWithParent = 'WINDLASS_STOP_WITH_PARENT';

export type Stopping = {
  /** Settles with the signal's name. */
  readonly received: Promise<'SIGINT' | 'SIGTERM'>;
  /** Aborts when it does. */
  readonly signal: AbortSignal;
};

/** SIGINT and SIGTERM as a promise: the first asks for a clean stop, a second one ends the process at once. */
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
    if (process.env[stopWithParent] === '1') process.once('disconnect', () => take('SIGTERM'));
    process.channel?.unref(); // it is watched, but nothing waits for it
  });
  return { received, signal: controller.signal };
}
