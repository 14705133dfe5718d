/** A `tx` verb: messages to send in one transaction, and the report of it. */
import type { EncodeObject } from '@cosmjs/proto-signing';
import type { Command } from 'commander';
import { ArgsError, encodeCapData, typeUrlOf, type CapData, type KernelMessageName } from '../../client/index.js';
import { UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { isAddress } from '../keyring/hd.js';
import { withTxFlags } from './flags.js';
import { reportTx } from './report.js';
import { openTxSession, sendMessages, type TxSession } from './session.js';
import { registry } from './sign.js';

type OneOrMore = EncodeObject | readonly EncodeObject[];

export type TxVerb<Args extends readonly unknown[], Flags> = {
  /** Such as `grant <name> <recipient> <save-as>`. */
  readonly usage: string;
  readonly description: string;
  readonly example: string;
  readonly flags?: (command: Command) => Command;
  readonly message: (signer: string, args: Args, flags: Flags, session: TxSession) => OneOrMore | Promise<OneOrMore>;
};

/** Adds a verb below `tx`. Arguments that are no message at all are refused before a node is asked. */
export function addTxVerb<Args extends readonly unknown[], Flags extends object>(tx: Command, io: Io, verb: TxVerb<Args, Flags>): void {
  const command = withTxFlags(tx.command(verb.usage)).description(verb.description).addHelpText('after', `\nExample:\n  ${verb.example}`);
  verb.flags?.(command);
  command.action(async (...given: unknown[]) => {
    const args = given.slice(0, -2) as unknown as Args;
    const session = openTxSession(command, io);
    const made = await verb.message(session.key.address, args, command.optsWithGlobals<Flags>(), session);
    const messages = 'typeUrl' in made ? [made] : made;
    for (const message of messages) registry.encode(message);
    await reportTx(session, await sendMessages(session, messages));
  });
}

export function kernelMessage(name: KernelMessageName, value: object): EncodeObject {
  return { typeUrl: typeUrlOf(name), value };
}

/** An argument that is data: JSON, or a smallcaps body that starts with #. Throws UsageFailure. */
export function capDataOf(what: string, text: string, slots: readonly string[], encode: (value: unknown) => CapData = encodeCapData): CapData {
  if (text.startsWith('#')) return { body: text, slots: [...slots] };
  if (slots.length > 0) throw new UsageFailure('--slot belongs to a smallcaps body', `In JSON, write the name where it is used: {"$cap":${JSON.stringify(slots[0])}}.`);
  try {
    return encode(parseJson(what, text));
  } catch (error) {
    if (error instanceof ArgsError) throw new UsageFailure(`${what}: ${error.message}`);
    throw error;
  }
}

function parseJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageFailure(`${what} is not JSON: ${text}`, `Quote it for the shell, such as '[1, "two", {"$cap":"counter"}]', or give a smallcaps body that starts with #.`);
  }
}

/** Throws UsageFailure when the text is no address of this chain. */
export function checkedAddress(what: string, text: string): string {
  if (!isAddress(text)) throw new UsageFailure(`${what} ${text} is no address of this chain`, 'An address starts with windlass1, and one wrong character spoils its checksum.');
  return text;
}

/** An address, or the name of a key in the keyring. */
export function addressOrKey({ keyring }: TxSession, what: string, text: string): string {
  return isAddress(text) ? text : (keyring.find(text)?.address ?? checkedAddress(what, text));
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** A uint64 flag; absent is 0, which means the chain's default. Throws UsageFailure. */
export function uint64(flag: string, text: string | undefined): bigint {
  if (text === undefined) return 0n;
  if (!/^\d{1,20}$/.test(text) || BigInt(text) >= 2n ** 64n) throw new UsageFailure(`${flag} ${text}: expected a whole number below 2^64`);
  return BigInt(text);
}
