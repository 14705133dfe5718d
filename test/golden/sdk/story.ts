/** A history of a chain as plain data: both this chain and the Cosmos SDK can live through it, and their answers be compared. */
import type { Event, ExecTxResult, ValidatorUpdate } from '../../../chain/abci/types.js';
import { hexText } from '../../../chain/index.js';

/** A signed tx and what it is for. Bytes are hexadecimal. */
export type Told = { readonly about: string; readonly tx: string };
export type StoryVote = { readonly address: string; readonly power: number; readonly absent: boolean };
export type StoryMisbehavior = { readonly address: string; readonly power: number; readonly height: number; readonly seconds: number; readonly total: number };

/** `asks` are tried before the block, on the state of the block before, and leave nothing behind: what is refused anyway. */
export type StoryBlock = { readonly seconds: number; readonly asks: readonly Told[]; readonly txs: readonly Told[]; readonly votes: readonly StoryVote[]; readonly misbehavior: readonly StoryMisbehavior[] };

export type Story = { readonly chainId: string; readonly seconds: number; readonly appState: Record<string, unknown>; readonly blocks: readonly StoryBlock[] };

/** Events as lines: `type key=value key=value`. */
export type TxAnswer = { readonly code: string; readonly log: string; readonly data: string; readonly events: readonly string[] };
export type BlockAnswer = { readonly asks: readonly Pick<TxAnswer, 'code' | 'log'>[]; readonly txs: readonly TxAnswer[]; readonly events: readonly string[]; readonly updates: readonly string[] };

/** What lies beside the tests: the story, and what the SDK of the named version answered. */
export type Fixture = { readonly sdk: string; readonly story: Story; readonly genesisUpdates: readonly string[]; readonly answers: readonly BlockAnswer[] };

/** Of chain `documentSigner.chainId`, as its account would sign them. */
export type DocumentFixture = { readonly sdk: string; readonly story: readonly Told[]; readonly documents: readonly string[] };
export const documentSigner = { chainId: 'windlass-test', accountNumber: 7n, sequence: 3n } as const;

export const eventText = ({ type, attributes }: Event): string => [type, ...attributes.map(({ key, value }) => `${key}=${value}`)].join(' ');
export const updateText = ({ pubKey, power }: ValidatorUpdate): string => `${hexText(pubKey.ed25519 ?? new Uint8Array(0))} ${power}`;

export function answerOf({ codespace, code, log, data, events }: ExecTxResult): TxAnswer {
  return { code: code === 0 ? 'ok' : `${codespace}/${code}`, log, data: hexText(data), events: events.map(eventText) };
}
