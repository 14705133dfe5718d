/**
 * @endo/marshal behind a pipe, since it needs a process that is locked down. Each line of stdin is capdata; each line of
 * stdout says whether marshal takes it, and how marshal itself writes the value. Slots that begin with `p` are promises.
 */
import '@endo/init';
import { makeMarshal, Remotable } from '@endo/marshal';
import { createInterface } from 'node:readline';

export type OracleAnswer = { readonly ok: true; readonly body: string; readonly slots: readonly string[] } | { readonly ok: false; readonly message: string };

/** A global of the locked-down process. */
declare const harden: <Value>(value: Value) => Value;

type Line = { readonly body: string; readonly slots: string[] };

function judge({ body, slots }: Line): OracleAnswer {
  const values = new Map<string, object>();
  const slotOf = new Map<unknown, string>();
  const toValue = (slot: string, iface?: string): object => {
    if (slot === undefined) throw new Error('there is no such slot');
    const known = values.get(slot);
    if (known !== undefined) return known;
    const made: object = slot.startsWith('p') ? harden(Promise.resolve()) : Remotable(iface ?? 'Alleged: nameless');
    values.set(slot, made);
    slotOf.set(made, slot);
    return made;
  };
  // The presences of liveslots have an iface too; here one that was not written is not written back.
  const marshal = makeMarshal((value: unknown) => slotOf.get(value)!, toValue, {
    serializeBodyFormat: 'smallcaps',
    errorTagging: 'off',
    marshalSaveError: () => undefined,
  });
  try {
    const written = marshal.toCapData(marshal.fromCapData({ body, slots }));
    return { ok: true, body: written.body.replaceAll('.Alleged: nameless', ''), slots: written.slots };
  } catch (error) {
    return { ok: false, message: String((error as Error).message) };
  }
}

for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${JSON.stringify(judge(JSON.parse(line) as Line))}\n`);
