/** `kernel audit`: every invariant by its name, recounted from the rows of one height. */
import { auditReport } from '../../../kernel/index.js';
import { ReportedFailure } from '../failure.js';
import type { KernelVerb } from './verb.js';

export const auditVerb: KernelVerb = {
  usage: 'audit',
  description: 'checks every invariant of the tables; exits 1 when one does not hold',
  example: 'windlass kernel audit',
  wants: () => 'tables and transcripts',
  answer: ({ rows }) => {
    const invariants = auditReport(rows);
    const broken = invariants.filter(({ faults }) => faults.length > 0).length;
    const lines = invariants.flatMap(({ invariant, faults }) => [`${faults.length === 0 ? 'ok   ' : 'FAULT'}  ${invariant}`, ...faults.map(fault => `         ${fault}`)]);
    const sum = broken === 0 ? `all ${invariants.length} invariants hold` : `${broken} of ${invariants.length} invariants do not hold`;
    return {
      json: { ok: broken === 0, invariants },
      text: `${lines.join('\n')}\n\n${sum}\n`,
      ...(broken === 0 ? {} : { failure: new ReportedFailure() }),
    };
  },
};
