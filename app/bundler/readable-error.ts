/** The bundler's errors in words for whoever wrote the contract. */
import { fileURLToPath } from 'node:url';

type Rule = { readonly when: RegExp; readonly say: (found: RegExpExecArray, file: string) => string };

const rules: readonly Rule[] = [
  {
    when: /package\.json at "([^"]+)" must have a "name"/,
    say: ([, at]) => `${pathOf(at!)} needs a "name": the bundler names every package by it`,
  },
  {
    when: /Cannot find package\.json along path to/,
    say: (_, file) => `there is no package.json beside or above ${file}; it needs one with a "name" and "type": "module"`,
  },
  {
    when: /Cannot parse JSON from (\S+), (?:\w+: )?(.*)/,
    say: ([, at, why]) => `${pathOf(at!)} is not valid JSON: ${why}`,
  },
  {
    when: /source in "([^"]+)": 'import' and 'export' may appear only with/,
    say: ([, at]) => `${pathOf(at!)} uses import or export, but its package.json does not say "type": "module"`,
  },
  {
    when: /Error transforming "\w+" source in "([^"]+)": (.*?\(\d+:\d+\))/,
    say: ([, at, why]) => `${pathOf(at!)} has a syntax error: ${why}`,
  },
  {
    when: /Cannot find external module "([^"]+)" in package (\S+?),?(?:\s|$)/,
    say: ([, name, at]) => `the module ${name} is not found: it must be installed, and be a dependency in ${pathOf(at!)}package.json`,
  },
  {
    when: /Cannot find file for internal module "([^"]+)".*? in package (\S+?)\)?(?:,|\s|$)/,
    say: ([, name, at]) => `the file ${name} is not found in ${pathOf(at!)}`,
  },
];

/** A `file:` URL as the path that people know. */
function pathOf(url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url) : url;
}

/** Says what is wrong with the sources of `file`; the bundler's own words follow where they add something. */
export function readable(message: string, file: string): string {
  for (const { when, say } of rules) {
    const found = when.exec(message);
    if (found !== null) return say(found, file);
  }
  return `cannot bundle ${file}: ${message}`;
}
