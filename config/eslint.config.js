/**
 * What the compiler does not see. Run from the package's folder: `eslint -c config/eslint.config.js .`
 * Layout is nobody's rule here; imports, words and determinism are scripts/tidy.ts's.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** Mistakes in plain JavaScript and TypeScript alike. */
const everywhere = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-fallthrough': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'no-empty': ['error', { allowEmptyCatch: false }],
  'no-eval': 'error',
  'no-new-func': 'error',
  'no-self-compare': 'error',
  'no-unreachable-loop': ['error', { ignore: ['ForOfStatement'] }], // the first of an iterator is a fair thing to take
  'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
  'no-constant-binary-expression': 'error',
  'no-unsafe-finally': 'error',
  'no-unsafe-optional-chaining': 'error',
  'no-async-promise-executor': 'error',
  'no-template-curly-in-string': 'error',
  'no-loss-of-precision': 'error',
  'no-sparse-arrays': 'error',
  'no-param-reassign': 'error',
  'default-case-last': 'error',
  'array-callback-return': 'error',
};

/** What needs types to be seen. */
const typed = {
  '@typescript-eslint/no-floating-promises': ['error', {
    allowForKnownSafeCalls: [{ from: 'package', name: ['test', 'it', 'describe', 'suite'], package: 'node:test' }],
  }],
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-promise-reject-errors': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-unsafe-argument': 'error',
  '@typescript-eslint/no-unsafe-assignment': 'error',
  '@typescript-eslint/no-unsafe-call': 'error',
  '@typescript-eslint/no-unsafe-member-access': 'error',
  '@typescript-eslint/no-unsafe-return': 'error',
  '@typescript-eslint/no-unsafe-enum-comparison': 'error',
  '@typescript-eslint/no-non-null-assertion': 'off',
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  '@typescript-eslint/no-for-in-array': 'error',
  '@typescript-eslint/no-implied-eval': 'error',
  '@typescript-eslint/no-base-to-string': 'error',
  '@typescript-eslint/restrict-plus-operands': 'error',
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  // Text sorts by code unit without a comparator; anything else would be turned into text first.
  '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false }],
  '@typescript-eslint/consistent-type-exports': 'error',
  '@typescript-eslint/ban-ts-comment': ['error', { minimumDescriptionLength: 12 }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all', caughtErrorsIgnorePattern: '^_' }],
};

export default defineConfig(
  { ignores: ['node_modules/', 'dist/', '.build/', '.tools/', 'test/vats/', 'test/golden/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { files: ['**/*.js', '**/*.mjs', '**/*.cjs', '**/*.ts'], rules: everywhere },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './config/tsconfig.json', tsconfigRootDir: packageRoot },
    },
    rules: typed,
  },
  // A test reads what strangers answer and picks it apart; what it asserts is the check.
  { files: ['test/**/*.ts'], rules: Object.fromEntries(Object.keys(typed).filter(name => name.includes('/no-unsafe-')).map(name => [name, 'off'])) },
);
