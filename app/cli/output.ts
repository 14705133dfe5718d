/** Results on stdout: JSON for programs, an indented outline for people. */
import type { Io } from './io.js';

export type OutputFormat = 'text' | 'json';

/** One JSON document on one line, or the outline of the same value. bigint is written as text, as proto-JSON does. */
export function printResult(io: Io, format: OutputFormat, value: unknown): void {
  io.out(format === 'json' ? `${toJson(value)}\n` : outline(value));
}

export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, content: unknown) => (typeof content === 'bigint' ? content.toString() : content));
}

/** YAML-like: `name: value`, lists with dashes, two spaces a level. For reading, not for parsing. */
export function outline(value: unknown): string {
  return `${block(value, 0).join('\n')}\n`;
}

function block(value: unknown, depth: number): string[] {
  const pad = '  '.repeat(depth);
  if (Array.isArray(value)) return value.length === 0 ? [`${pad}[]`] : value.flatMap(item => dashed(item, depth));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return entries.length === 0 ? [`${pad}{}`] : entries.flatMap(([name, content]) => named(name, content, depth));
  }
  return [`${pad}${scalar(value)}`];
}

function named(name: string, content: unknown, depth: number): string[] {
  const pad = '  '.repeat(depth);
  if (isLeaf(content)) return [`${pad}${name}: ${block(content, 0)[0] ?? ''}`];
  return [`${pad}${name}:`, ...block(content, depth + 1)];
}

function dashed(item: unknown, depth: number): string[] {
  const [first = '', ...rest] = block(item, depth + 1);
  return [`${'  '.repeat(depth)}- ${first.trimStart()}`, ...rest];
}

function isLeaf(content: unknown): boolean {
  return typeof content !== 'object' || content === null || Object.keys(content).length === 0;
}

function scalar(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return value === '' ? '""' : value;
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}
