/** The meter of the engine, as liveslots wants to control it. */

/** Of a limit, a C int in the engine. */
const limitMax = 2 ** 31 - 1;

let offDepth = 0;

/** Runs `work` without counting it. What it throws comes through, with the meter as it was. */
export function unmetered<T>(work: () => T): T {
  const limit = currentMeterLimit();
  const count = resetMeter(0, 0);
  offDepth += 1;
  try {
    return work();
  } finally {
    offDepth -= 1;
    resetMeter(limit, count);
  }
}

/** The same for work that takes turns: everything that runs until it is settled is not counted. */
async function unmeteredAsync<T>(work: () => Promise<T>): Promise<T> {
  const limit = currentMeterLimit();
  const count = resetMeter(0, 0);
  offDepth += 1;
  try {
    return await work();
  } finally {
    offDepth -= 1;
    resetMeter(limit, count);
  }
}

/** This command may cost `times` its limit. Without a limit nothing changes. */
export function multiplyLimit(times: number): void {
  const limit = Math.min(currentMeterLimit() * times, limitMax);
  resetMeter(limit, resetMeter(limit, 0));
}

function demand(holds: boolean, why = 'the meter is not as it must be here'): void {
  if (!holds) throw Error(why);
}

/** What liveslots takes as its meterControl. */
export const meterControl = harden({
  isMeteringDisabled: () => offDepth > 0,
  assertIsMetered: (why?: string) => demand(offDepth === 0, why),
  assertNotMetered: (why?: string) => demand(offDepth > 0, why),
  runWithoutMetering: unmetered,
  runWithoutMeteringAsync: unmeteredAsync,
  unmetered: <In extends unknown[], Out>(work: (...given: In) => Out) => harden((...given: In) => unmetered(() => work(...given))),
});
