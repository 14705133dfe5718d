/** From the sources of the supervisor to its text. The bundler needs Endo's lockdown, so it runs in a process of its own. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { patches, type Patch } from './patches.js';

/** What the child takes on its stdin as JSON: `replaced` stands for files by absolute path, whether they exist or not. */
export type ChildOrder = { readonly entry: string; readonly replaced: Readonly<Record<string, string>> };
/** What it writes on file descriptor 3 as JSON. `read` are absolute paths of the files that exist. */
export type ChildResult =
  | { readonly ok: true; readonly source: string; readonly read: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** SHA-256 of each file that had a part in it, by path from the package's folder, sorted. */
export type InputHashes = Readonly<Record<string, string>>;
export type BuiltSupervisor = { readonly source: string; readonly inputs: InputHashes };

const timeoutMs = 120_000;

/**
 * Bundles `folder`/entry.ts with all it imports as one expression (an Endo script). The same sources and packages give the
 * same text in any folder, on any machine. Rejects with an Error that says what does not fit.
 */
export async function buildSupervisor(folder: string): Promise<BuiltSupervisor> {
  const modules = stripTypes(folder);
  const patched = patchPackages(folder);
  const result = await runChild({ entry: join(folder, 'entry.js'), replaced: { ...modules, ...patched } });
  if (!result.ok) throw new Error(`the supervisor cannot be bundled: ${result.message}`);
  const own = readdirSync(folder).filter(isModule).map(name => join(folder, name));
  const here = [fileURLToPath(import.meta.url), ...['./patches.js', './portion-patches.js'].map(name => fileURLToPath(new URL(name, import.meta.url))), fileURLToPath(new URL('./child.js', import.meta.url))];
  const root = dirname(dirname(folder));
  const inputs = [...new Set([...own, ...here, ...Object.keys(patched), ...result.read])].map(path => [relative(root, path), hashOf(path)] as const);
  return { source: result.source, inputs: Object.fromEntries(inputs.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function isModule(name: string): boolean {
  return name.endsWith('.ts') && !name.endsWith('.d.ts');
}

/** Our modules as JavaScript, under the names by which they import each other. */
function stripTypes(folder: string): Record<string, string> {
  const compilerOptions: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true, removeComments: true };
  const modules: Record<string, string> = {};
  for (const name of readdirSync(folder).filter(isModule)) {
    const { outputText } = ts.transpileModule(readFileSync(join(folder, name), 'utf8'), { compilerOptions, fileName: name });
    modules[join(folder, name.replace(/\.ts$/, '.js'))] = outputText;
  }
  return modules;
}

function patchPackages(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const patch of patches) {
    const path = packageFile(folder, patch.file);
    files[path] = applyPatch(files[path] ?? readFileSync(path, 'utf8'), patch);
  }
  return files;
}

function applyPatch(text: string, { file, from, to }: Patch): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${file} does not read as the patch expects (${parts.length - 1} times): ${from.trim().slice(0, 80)}`);
  return parts.join(to);
}

/** The nearest node_modules at or above the sources that has the file, as the bundler looks too. */
function packageFile(folder: string, file: string): string {
  for (let above = folder; ; above = dirname(above)) {
    const path = join(above, 'node_modules', file);
    if (ts.sys.fileExists(path)) return ts.sys.realpath?.(path) ?? path;
    if (above === dirname(above)) throw new Error(`${file} is not installed; run: npm ci`);
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

async function runChild(order: ChildOrder): Promise<ChildResult> {
  const script = fileURLToPath(new URL('./child.js', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'inherit', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const closed = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => { resolve(signal ?? `exit code ${code}`); });
  });
  try {
    child.stdin!.end(JSON.stringify(order));
    const [text, end] = await Promise.all([readAll(child.stdio[3] as Readable), closed]);
    if (text === '') throw new Error(`the bundling process ended with ${end}`);
    return JSON.parse(text) as ChildResult;
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
