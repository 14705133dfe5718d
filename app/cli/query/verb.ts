/** A `query` verb: one question to the node, one JSON document as the answer. */
import type { Command } from 'commander';
import { codecOf } from '../../client/codecs.js';
import type { Io } from '../io.js';
import { makeNodeRpc, type NodeRpc } from '../node-rpc.js';
import { printResult } from '../output.js';
import { keyringOf, settingsOf, withKeyringFlag, withNodeFlag, type Settings } from '../settings.js';

export type QueryVerb = {
  readonly usage: string;
  readonly description: string;
  readonly example: string;
  readonly flags?: (command: Command) => Command;
  /** How people see the answer; default: an outline of the JSON. */
  readonly text?: (answer: unknown) => string;
  readonly ask: (rpc: NodeRpc, args: readonly (string | undefined)[], settings: Settings, flags: Readonly<Record<string, string | undefined>>) => Promise<unknown>;
};

export function addQueryVerb(query: Command, io: Io, verb: QueryVerb): void {
  const command = withKeyringFlag(withNodeFlag(query.command(verb.usage))).description(verb.description).addHelpText('after', `\nExample:\n  ${verb.example}`);
  verb.flags?.(command);
  command.action(async (...given: unknown[]) => {
    const settings = settingsOf(command, io);
    const args = given.slice(0, -2) as (string | undefined)[];
    const answer = await verb.ask(makeNodeRpc(settings.nodeUrl), args, settings, command.optsWithGlobals());
    if (settings.output === 'text' && verb.text) io.out(verb.text(answer));
    else printResult(io, settings.output, answer);
  });
}

/** Asks `/<service>/<method>`; `answer` and `request` are full type names. The answer is proto-JSON. */
export async function askJson(rpc: NodeRpc, path: string, request: { readonly type: string; readonly value: object }, answerType: string): Promise<unknown> {
  const { value } = await rpc.queryAbci(path, codecOf(request.type).encode(request.value));
  const answer = codecOf(answerType);
  return answer.toJson(answer.decode(value));
}

/** Asks a service `Query` whose types are named after its methods; `protoPackage` is that of its .proto, such as cosmos.gov.v1. */
export function askModule(rpc: NodeRpc, protoPackage: string, method: string, value: object, requestName: string = method): Promise<unknown> {
  const types = `${protoPackage}.Query`;
  return askJson(rpc, `/${types}/${method}`, { type: `${types}${requestName}Request`, value }, `${types}${method}Response`);
}

export function askKernel(rpc: NodeRpc, method: string, value: object, requestName: string = method): Promise<unknown> {
  return askModule(rpc, 'windlass.kernel.v1', method, value, requestName);
}

/** A name of the keyring becomes its address; anything else is asked as it is. */
export function addressOfArg(settings: Settings, text: string | undefined): string {
  return text === undefined ? '' : (keyringOf(settings).find(text)?.address ?? text);
}
