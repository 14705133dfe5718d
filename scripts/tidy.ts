/** `npm run check` ends here: prints what the house style does not allow, and exits 1 if there is anything. */
import { packageRootAbove } from './package-root.js';
import { compareText, formatFinding, type Finding } from './tidy/finding.js';
import { checkProject } from './tidy/project.js';

function main(argv: readonly string[]): void {
  const root = argv[0] ?? packageRootAbove(import.meta.dirname);
  const findings = checkProject(root);
  for (const finding of findings) process.stdout.write(`${formatFinding(finding)}\n`);
  process.stdout.write(findings.length === 0 ? 'tidy: nothing to say\n' : `tidy: ${findings.length} findings: ${countByRule(findings)}\n`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}

function countByRule(findings: readonly Finding[]): string {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => compareText(a, b)).map(([rule, count]) => `${rule} ${count}`).join(', ');
}

main(process.argv.slice(2));
