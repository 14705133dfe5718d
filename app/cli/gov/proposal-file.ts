/** A proposal as people write it: the Cosmos SDK's JSON file. */
import { readFileSync } from 'node:fs';
import type { EncodeObject } from '@cosmjs/proto-signing';
import { CodecError } from '../../../chain/codec/index.js';
import { codecOf, hasCodec } from '../../client/codecs.js';
import type { Coin } from '../../client/index.js';
import { parseCoins } from '../coins.js';
import { UsageFailure } from '../failure.js';

/** In proto-JSON, with its type URL under "@type". */
export type JsonMessage = { readonly '@type': string } & Readonly<Record<string, unknown>>;

export type ProposalFile = {
  readonly messages?: readonly JsonMessage[];
  readonly metadata?: string;
  /** Such as 10000000uwind; empty: none yet. */
  readonly deposit?: string;
  readonly title: string;
  readonly summary: string;
  readonly expedited?: boolean;
};

const fields = ['messages', 'metadata', 'deposit', 'title', 'summary', 'expedited'];

/** Throws UsageFailure that names what is wrong with the file. */
export function readProposalFile(file: string): ProposalFile {
  const fail = (reason: string, hint?: string): never => {
    throw new UsageFailure(`${file}: ${reason}`, hint ?? 'windlass tx gov draft-proposal prints one to begin with.');
  };
  const json = parsed(file, fail);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return fail('is no JSON object');
  const unknown = Object.keys(json).find(name => !fields.includes(name));
  if (unknown !== undefined) fail(`has ${unknown}; known are ${fields.join(', ')}`);
  const { messages = [], expedited = false, ...texts } = json as Record<string, unknown>;
  for (const name of ['title', 'summary', 'metadata', 'deposit']) {
    if (texts[name] !== undefined && typeof texts[name] !== 'string') fail(`${name} is no text`);
  }
  if (typeof expedited !== 'boolean') fail('expedited is neither true nor false');
  if (!Array.isArray(messages)) fail('messages is no list');
  return { title: '', summary: '', ...texts, messages: messages as JsonMessage[], expedited: expedited as boolean };
}

function parsed(file: string, fail: (reason: string, hint?: string) => never): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), 'Give the path of a file with the proposal in JSON.');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail(`is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The message that submits it. Throws UsageFailure when a message of it is of no known type or shape. */
export function submitProposal(proposer: string, { messages = [], metadata = '', deposit = '', title, summary, expedited = false }: ProposalFile): EncodeObject {
  const initialDeposit: Coin[] = deposit === '' ? [] : parseCoins(deposit, 'deposit');
  return {
    typeUrl: '/cosmos.gov.v1.MsgSubmitProposal',
    value: { messages: messages.map(encodeMessage), initialDeposit, proposer, metadata, title, summary, expedited },
  };
}

/** A message in proto-JSON as it stands in a transaction. Throws UsageFailure that names its place. */
export function encodeMessage(message: JsonMessage, index: number): { typeUrl: string; value: Uint8Array } {
  const place = `messages[${index}]`;
  const typeUrl: unknown = (message as Partial<JsonMessage> | null)?.['@type'];
  if (typeof typeUrl !== 'string' || !hasCodec(typeUrl.slice(1))) throw new UsageFailure(`${place}: ${typeof typeUrl === 'string' ? typeUrl : 'nothing'} under "@type" is no message of this chain`);
  const value = Object.fromEntries(Object.entries(message).filter(([name]) => name !== '@type'));
  try {
    const codec = codecOf<object>(typeUrl.slice(1));
    return { typeUrl, value: codec.encode(codec.fromJson(value)) };
  } catch (error) {
    if (error instanceof CodecError) throw new UsageFailure(`${place}: ${error.message}`);
    throw error;
  }
}
