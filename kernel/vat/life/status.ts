/** What people are shown of a host's workers; read from memory or from a stopped host's database alike. */
import { processOf, stuckUndo, type VatLife } from './life.js';
import { isUndoing } from './transitions.js';
import type { WorkerLedger } from './worker-ledger.js';

export type WorkerStatus = {
  readonly vat: string;
  readonly generation: number;
  /** Of the slot; `ending` for an attempt that no longer has it. */
  readonly state: 'starting' | 'running' | 'exited' | 'unwound' | 'ending';
  readonly pid?: number;
  /** What the host's ledger has for it, in bytes, as text; absent when it holds nothing. */
  readonly memory?: string;
  readonly since: string;
  /** An undo that has passed its alarm. */
  readonly stuck?: { readonly since: string; readonly why: string };
  /** The reason that an operator gave. */
  readonly abandoned?: string;
};

/** One line for each slot, and for each attempt that is being taken back beside it; by vat number, then generation. */
export function statusOf(lives: Iterable<VatLife>, ledger?: Pick<WorkerLedger, 'memoryOf'>): WorkerStatus[] {
  const charged = (line: WorkerStatus): WorkerStatus => {
    const memory = ledger?.memoryOf({ vat: line.vat, gen: line.generation });
    return memory === undefined ? line : { ...line, memory: String(memory) };
  };
  return [...lives].flatMap(lines).map(charged).sort((a, b) => Number(a.vat.slice(1)) - Number(b.vat.slice(1)) || a.generation - b.generation);
}

function lines({ vat, slot, sagas }: VatLife): WorkerStatus[] {
  const attempts = sagas.map((saga): WorkerStatus => {
    const stuck = stuckUndo(saga);
    const pid = processOf(saga)?.pid;
    const isCurrent = slot?.gen === saga.gen;
    return {
      vat, generation: saga.gen,
      state: isUndoing(saga) ? 'ending' : 'starting',
      ...(pid === undefined ? {} : { pid }),
      since: isCurrent ? slot.since : (stuck?.since ?? saga.log.get('alloc/succeeded') ?? ''),
      ...(stuck ? { stuck } : {}),
      ...(saga.abandoned === undefined ? {} : { abandoned: saga.abandoned }),
    };
  });
  if (!slot || attempts.some(({ generation }) => generation === slot.gen)) return attempts;
  const pid = slot.state === 'running' ? slot.process?.pid : undefined;
  return [{ vat, generation: slot.gen, state: slot.state, ...(pid === undefined ? {} : { pid }), since: slot.since }, ...attempts];
}
