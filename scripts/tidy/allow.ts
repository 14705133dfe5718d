/** `// tidy-allow <rule>: reason`, on the line of a finding or directly above it, takes that one finding away. */
import { isRule, type Finding, type Rule } from './finding.js';
import { commentsOf, type Source } from './source.js';

const reasonLengthMin = 12;

type Allowance = { readonly rule: Rule; readonly lines: readonly number[]; readonly at: number; used: boolean };

/** Findings left after the file's exceptions, and findings about exceptions that name no rule, give no reason or excuse nothing. */
export function applyAllowances(source: Source, findings: readonly Finding[]): readonly Finding[] {
  const { allowances, faults } = readAllowances(source);
  const kept = findings.filter(finding => {
    const allowance = allowances.find(({ rule, lines }) => rule === finding.rule && lines.includes(finding.line));
    if (allowance) allowance.used = true;
    return !allowance;
  });
  const idle = allowances
    .filter(({ used }) => !used)
    .map(({ rule, at }) => fault(source, at, `tidy-allow ${rule} excuses nothing any more; delete it`));
  return [...kept, ...faults, ...idle];
}

function readAllowances(source: Source): { allowances: Allowance[]; faults: Finding[] } {
  const allowances: Allowance[] = [];
  const faults: Finding[] = [];
  for (const { text, line, lastLine } of commentsOf(source)) {
    const match = /^(?:\/\/|\/\*)\s*tidy-allow\b\s*([\w-]*)\s*:?\s*(.*?)\s*(?:\*\/)?$/s.exec(text);
    if (!match) continue;
    const [, rule = '', reason = ''] = match;
    if (!isRule(rule)) faults.push(fault(source, line, `tidy-allow names no rule; write // tidy-allow <rule>: reason`));
    else if (reason.length < reasonLengthMin) faults.push(fault(source, line, `tidy-allow ${rule} needs a reason after the colon that a reviewer can judge`));
    else allowances.push({ rule, lines: [line, lastLine, lastLine + 1], at: line, used: false });
  }
  return { allowances, faults };
}

const fault = (source: Source, line: number, instead: string): Finding => ({ file: source.path, line, rule: 'allow', instead });
