/** A `kernel` verb: it reads the rows that it needs at one height, and prints what it finds. */
import type { Command } from 'commander';
import { ControlFailure } from '../../control/client.js';
import { readKernelStore, StoreUnreadable, type KernelStore, type Wanted } from '../../control/kernel-store.js';
import { asVatId, readVat, type VatId } from '../../../kernel/index.js';
import { CliFailure, UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { printResult } from '../output.js';
import { settingsOf, type Settings } from '../settings.js';

export type KernelFlags = Readonly<Record<string, string | boolean | undefined>>;
export type KernelVerb = {
  readonly usage: string;
  readonly description: string;
  readonly example: string;
  readonly flags?: (command: Command) => Command;
  readonly wants: (args: readonly string[], flags: KernelFlags) => Wanted;
  readonly answer: (store: KernelStore, args: readonly string[], flags: KernelFlags, settings: Settings) => KernelAnswer | Promise<KernelAnswer>;
};

export type KernelAnswer = {
  /** For --output json; `height` and `from` are added. */
  readonly json: Readonly<Record<string, unknown>>;
  /** For people. */
  readonly text: string;
  /** Thrown once the answer is printed. */
  readonly failure?: CliFailure;
};

export function addKernelVerb(kernel: Command, io: Io, verb: KernelVerb): void {
  const command = kernel.command(verb.usage).description(verb.description).addHelpText('after', `\nExample:\n  ${verb.example}`);
  verb.flags?.(command);
  command.action(async (...given: unknown[]) => {
    const settings = settingsOf(command, io);
    const args = given.slice(0, -2) as string[];
    const flags = command.opts<KernelFlags>();
    const store = await read(settings, verb.wants(args, flags));
    const { json, text, failure } = await verb.answer(store, args, flags, settings);
    if (settings.output === 'json' || flags['json'] === true) printResult(io, 'json', { height: store.height ?? null, from: store.from, ...json });
    else io.out(`height ${store.height ?? 'none'}, from a ${store.from}\n\n${text}`);
    if (failure) throw failure;
  });
}

async function read({ paths, io }: Settings, wanted: Wanted): Promise<KernelStore> {
  try {
    return await readKernelStore(paths.home, wanted, io);
  } catch (error) {
    if (error instanceof StoreUnreadable) throw new CliFailure(error.message, { hint: 'Choose the home with --home; a node that is just starting needs a moment.', cause: error });
    if (error instanceof ControlFailure) throw new CliFailure(error.message, { cause: error });
    throw error;
  }
}

/** `v7`, or a usage error. */
export function vatArg(text: string | undefined): VatId {
  const vat = asVatId(text ?? '');
  if (vat === undefined) throw new UsageFailure(`${text ?? ''} is no id of a vat`, 'Write it as v7; windlass kernel vats lists them.');
  return vat;
}

/** A vat that has a record in the store. */
export function knownVatArg(store: KernelStore, text: string | undefined): VatId {
  const vat = vatArg(text);
  if (!readVat(store.rows, vat)) throw new CliFailure(`the kernel has no vat ${vat} at height ${store.height ?? 'none'}`, { hint: 'windlass kernel vats lists those there are.' });
  return vat;
}
