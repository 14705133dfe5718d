/** Waiting for room on the host. That there was none is never an answer to a vat: others make room, or the node stops. */
import { NoRoomForWorker } from './protocol.js';

export type RoomMakers = {
  /** Ends something that can be spared; false when there is nothing. */
  readonly makeRoom: () => Promise<boolean>;
  /** Whether something under way may still give room, or let somebody be spared; `waiting` are those who wait here. */
  readonly mayChange: (waiting: number) => boolean;
};

export class HostRoom {
  #waiting = 0;
  #changes = 0;
  #woken: (() => void)[] = [];

  /** Something ended, or became idle. */
  changed(): void {
    this.#changes += 1;
    const woken = this.#woken;
    this.#woken = [];
    for (const wake of woken) wake();
  }

  /**
   * Starts a worker, each time as a new attempt, until the host has room for it. Rejects with an Error that is no WorkerLost
   * when there is none and nothing can change that: then the limits are smaller than what the vats need.
   */
  async take<T>(start: () => Promise<T>, makers: RoomMakers): Promise<T> {
    for (;;) {
      const before = this.#changes;
      try {
        return await start();
      } catch (error) {
        if (!(error instanceof NoRoomForWorker)) throw error;
        if ((await makers.makeRoom()) || this.#changes !== before) continue;
        await this.#wait(error, makers);
      }
    }
  }

  async #wait(error: NoRoomForWorker, { mayChange }: RoomMakers): Promise<void> {
    this.#waiting += 1;
    try {
      if (!mayChange(this.#waiting)) throw new Error(`${error.message}; and no other worker can be ended. Raise the limits in section [provisioning] of app.toml`, { cause: error });
      await new Promise<void>(wake => this.#woken.push(wake));
    } finally {
      this.#waiting -= 1;
    }
  }
}
