import assert from 'node:assert/strict';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRootAbove } from '../../scripts/package-root.js';
import { runNode } from './process.js';
import { makeFolder } from './project-folder.js';

const root = packageRootAbove(import.meta.dirname);
const eslint = join(root, 'node_modules', 'eslint', 'bin', 'eslint.js');
type Report = readonly { readonly filePath: string; readonly messages: readonly { readonly ruleId: string | null; readonly line: number }[] }[];

const mistakes: Readonly<Record<string, string>> = {
  '@typescript-eslint/no-floating-promises': 'declare const save: () => Promise<void>;\nsave();\n',
  '@typescript-eslint/no-misused-promises': 'declare const list: number[];\nlist.forEach(async () => { await Promise.resolve(); });\n',
  '@typescript-eslint/switch-exhaustiveness-check': "declare const kind: 'a' | 'b';\nswitch (kind) { case 'a': break; }\n",
  '@typescript-eslint/no-explicit-any': '// the next line is wrong\nexport const a: any = 1;\n',
  '@typescript-eslint/no-unsafe-assignment': '// JSON.parse gives any\nexport const parsed = JSON.parse("{}");\n',
  '@typescript-eslint/require-array-sort-compare': '// 10 before 9\nexport const sorted = [10, 9].sort();\n',
  '@typescript-eslint/only-throw-error': '// no stack\nthrow "text";\n',
  '@typescript-eslint/consistent-type-imports': "// only a type\nimport { Hash } from 'node:crypto';\nexport type H = Hash;\n",
  eqeqeq: 'declare const a: number;\nexport const same = a == 1;\n',
  'no-empty': 'declare const run: () => void;\ntry { run(); } catch {}\n',
};

test('each of these mistakes is found, and clean code passes', async t => {
  const copied = ['package.json', 'config/tsconfig.json', 'config/eslint.config.js'].map(path => [path, readFileSync(join(root, path), 'utf8')]);
  const snippets = Object.values(mistakes).map((text, index) => [`app/mistake-${index}.ts`, text.includes('export') ? text : `${text}export {};\n`]);
  const clean = "declare const save: () => Promise<void>;\nawait save();\nexport const names = ['b', 'a'].sort();\nexport const none = (a: string | null): boolean => a == null;\n";
  const folder = makeFolder(t, { ...Object.fromEntries([...copied, ...snippets]) as Record<string, string>, 'app/clean.ts': clean });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { stdout, stderr } = await runNode([eslint, '-c', 'config/eslint.config.js', '-f', 'json', '.'], { cwd: folder, milliseconds: 120_000 });
  assert.equal(stderr, '');
  const found = new Map((JSON.parse(stdout) as Report).map(({ filePath, messages }) => [filePath.slice(folder.length + 1), messages.map(({ ruleId, line }) => `${line} ${ruleId}`)]));
  Object.keys(mistakes).forEach((rule, index) => { assert.deepEqual(found.get(`app/mistake-${index}.ts`), [`2 ${rule}`]); });
  assert.deepEqual(found.get('app/clean.ts'), []);
});
