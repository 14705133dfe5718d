/** Invariants of history: steps and their hash, code of vats, transcripts (kernel reference 3.4 and 3.6). */
import type { VatId } from '../ids.js';
import { schemaVersion } from '../schema/version.js';
import { keys } from '../store/keys.js';
import type { SpanRow } from '../store/spans.js';
import { hashSpan, type TranscriptEntry } from '../store/transcript.js';
import { engineParts } from '../vat/engine-id.js';
import { readProgress } from '../vat/records.js';
import { isLive, type View } from './view.js';

/** The table says which schema it has, how many steps made it, and their hash. */
export function historyIsCounted({ rows }: View): string[] {
  const [schema, step, activity] = [keys.schema, keys.step, keys.activity].map(key => rows.get(key));
  return [
    ...(schema === String(schemaVersion) ? [] : [`the schema is ${schema ?? 'not written'}, expected ${schemaVersion}`]),
    ...(/^[1-9][0-9]*$/.test(step ?? '') ? [] : [`the number of steps is ${step ?? 'not written'}`]),
    ...(/^[0-9a-f]{64}$/.test(activity ?? '') ? [] : [`the activity hash is ${activity ?? 'not written'}`]),
  ];
}

/** Else its worker could not be started again. */
export function vatsHaveTheirBundle({ rows, vats }: View): string[] {
  return [...vats].filter(([, { life, bundleId }]) => life !== 'terminated' && rows.get(keys.bundle(bundleId)) === undefined).map(([vat, { bundleId }]) => `${vat} runs bundle ${bundleId}, which is not installed`);
}

/** Every live vat that was started has a current span: it begins with how its worker is made, and ends at its last delivery. */
export function spansBeginWithTheirStart(view: View): string[] {
  return startedVats(view).flatMap(vat => {
    const { spanStart, position } = readProgress(view.rows, vat);
    if (spanStart >= position) return [`the span of ${vat} is empty`];
    const first = entryText(view, vat, spanStart);
    const last = entryText(view, vat, position - 1);
    return [
      ...(first === undefined || !('start' in (JSON.parse(first) as TranscriptEntry)) ? [`the span of ${vat} does not begin with its start, at ${spanStart}`] : []),
      ...(last === undefined ? [`the span of ${vat} lacks its last entry, ${position - 1}`] : []),
    ];
  });
}

/** Hosts keep heaps and free entries by what the span row says; it must be what the vat's own records say. */
export function spanRowsAreExact(view: View): string[] {
  return startedVats(view).flatMap(vat => {
    const { spanStart, snapshot } = readProgress(view.rows, vat);
    const expected: SpanRow = { start: spanStart, heap: snapshot || engineParts(view.vats.get(vat)?.engine ?? '').base };
    const text = view.rows.get(keys.span(vat));
    return text === JSON.stringify(expected) ? [] : [`the span row of ${vat} is ${text ?? 'absent'}, expected ${JSON.stringify(expected)}`];
  });
}

/** The entries of each current span have the hash that its vat's progress says. It reads them all. */
export function spansHaveTheirHash(view: View): string[] {
  return startedVats(view).flatMap(vat => {
    const { spanStart, position, spanHash } = readProgress(view.rows, vat);
    const texts: string[] = [];
    for (let at = spanStart; at < position; at += 1) {
      const text = entryText(view, vat, at);
      if (text === undefined) return [`the transcript of ${vat} lacks entry ${at}`];
      texts.push(text);
    }
    return hashSpan(texts) === spanHash ? [] : [`the transcript of ${vat} from ${spanStart} to ${position} does not have its recorded hash`];
  });
}

/** Live vats that have run: a static one has a record from genesis on, and starts later. */
function startedVats(view: View): VatId[] {
  return [...view.vats].filter(([vat, { engine }]) => isLive(view, vat) && engine !== '' && view.rows.get(keys.vatProgress(vat)) !== undefined).map(([vat]) => vat);
}

function entryText({ rows }: View, vat: VatId, at: number): string | undefined {
  return rows.get(keys.transcriptEntry(vat, at));
}
