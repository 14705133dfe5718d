/** The plan of a rehearsal: its name, or a file that has it. */
import { existsSync, readFileSync } from 'node:fs';
import { CliFailure, exitCodes, UsageFailure } from '../failure.js';

export type PlanArg = { readonly name: string; readonly info: string };

const hint = 'Give the name of the plan, or a file such as {"name": "v2", "info": ""}.';

/** A file is an upgrade-info.json, or anything else with the plan at its top or as its field `plan`. Its height is not looked at. */
export function planArg(text: string): PlanArg {
  if (!existsSync(text)) return { name: text, info: '' };
  const { name, info } = planIn(readFileSync(text, 'utf8'));
  if (typeof name !== 'string' || name === '') throw new UsageFailure(`${text} has no plan: it lacks a name`, hint);
  return { name, info: typeof info === 'string' ? info : '' };
}

function planIn(text: string): { readonly name?: unknown; readonly info?: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new CliFailure('the file of the plan is not JSON', { exitCode: exitCodes.usage, hint, cause });
  }
  const object = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  if (!object(parsed)) return {};
  return object(parsed['plan']) ? parsed['plan'] : parsed;
}
