/** What the engine and its lockdown put into the start compartment, and of what libraries we use. There is no Node here. */
declare global {
  /** Sends bytes to the host and waits for its answer. */
  function issueCommand(message: ArrayBuffer): ArrayBuffer;
  /** Computrons at which the engine ends the worker; 0 is never. */
  function currentMeterLimit(): number;
  /** Sets limit and count of the meter; returns the count before. */
  function resetMeter(limit: number, count: number): number;
  /** Freezes all that is reachable. */
  function harden<T>(value: T): T;

  // Written once, when the supervisor is evaluated; var, because they are properties of globalThis.
  /** Takes the host's commands. */
  var handleCommand: (message: ArrayBuffer) => { readonly result: ArrayBuffer | undefined };
  /** Where the lockdown's console writes. */
  var print: (...parts: unknown[]) => void;
  var HandledPromise: unknown;
  var Base64: unknown;
}

export {};
