/** ABCI requests and responses as tagged records, and their bytes. */
import { join } from 'node:path';
import { CodecError, makeCodecs, type Codec, type Codecs } from '../codec/index.js';
import { chainProtoFolder } from '../codec/roots.js';
import type * as abci from './types.js';

type Empty = Record<string, never>;

/** What each request carries; the names are those of the oneof in tendermint.abci.Request, in camelCase. */
export type RequestValues = {
  echo: abci.RequestEcho;
  flush: Empty;
  info: abci.RequestInfo;
  initChain: abci.RequestInitChain;
  query: abci.RequestQuery;
  checkTx: abci.RequestCheckTx;
  commit: Empty;
  listSnapshots: Empty;
  offerSnapshot: abci.RequestOfferSnapshot;
  loadSnapshotChunk: abci.RequestLoadSnapshotChunk;
  applySnapshotChunk: abci.RequestApplySnapshotChunk;
  prepareProposal: abci.RequestPrepareProposal;
  processProposal: abci.RequestProcessProposal;
  extendVote: abci.RequestExtendVote;
  verifyVoteExtension: abci.RequestVerifyVoteExtension;
  finalizeBlock: abci.RequestFinalizeBlock;
};

/** What each response carries. A response has the kind of its request, or is an exception, which ends the client. */
export type ResponseValues = {
  exception: { error: string };
  echo: { message: string };
  flush: Empty;
  info: abci.ResponseInfo;
  initChain: abci.ResponseInitChain;
  query: abci.ResponseQuery;
  checkTx: abci.ResponseCheckTx;
  commit: abci.ResponseCommit;
  listSnapshots: abci.ResponseListSnapshots;
  offerSnapshot: abci.ResponseOfferSnapshot;
  loadSnapshotChunk: abci.ResponseLoadSnapshotChunk;
  applySnapshotChunk: abci.ResponseApplySnapshotChunk;
  prepareProposal: abci.ResponsePrepareProposal;
  processProposal: abci.ResponseProcessProposal;
  extendVote: abci.ResponseExtendVote;
  verifyVoteExtension: abci.ResponseVerifyVoteExtension;
  finalizeBlock: abci.ResponseFinalizeBlock;
};

type Tagged<Values> = { [Kind in keyof Values]: { readonly kind: Kind; readonly value: Values[Kind] } }[keyof Values];
export type AbciRequest = Tagged<RequestValues>;
export type AbciResponse = Tagged<ResponseValues>;

/** All four throw CodecError when the bytes or the value are not of the type. */
export type AbciCodec = {
  decodeRequest(bytes: Uint8Array): AbciRequest;
  encodeRequest(request: AbciRequest): Uint8Array;
  decodeResponse(bytes: Uint8Array): AbciResponse;
  encodeResponse(response: AbciResponse): Uint8Array;
};

/** The codecs that ABCI needs: package tendermint.* and google.protobuf. */
export function loadAbciCodecs(): Codecs {
  return makeCodecs([join(chainProtoFolder, 'google'), join(chainProtoFolder, 'tendermint')]);
}

/** @param codecs any set that knows tendermint.abci; by default only that package is loaded */
export function makeAbciCodec(codecs: Codecs = loadAbciCodecs()): AbciCodec {
  const requests = codecs.of<Record<string, unknown>>('tendermint.abci.Request');
  const responses = codecs.of<Record<string, unknown>>('tendermint.abci.Response');
  return {
    decodeRequest: bytes => withZeroMembers(decodeOneof(requests, bytes)) as AbciRequest,
    encodeRequest: request => requests.encode({ [request.kind]: request.value }),
    decodeResponse: bytes => withZeroMembers(decodeOneof(responses, bytes)) as AbciResponse,
    encodeResponse: response => responses.encode({ [response.kind]: response.value }),
  };
}

/**
 * The envelope holds exactly one member and nothing else: what follows it, or a member we do not know, means that the
 * other side speaks another protocol. Inside a member unknown fields are skipped, as every protobuf reader does.
 */
function decodeOneof(codec: Codec<Record<string, unknown>>, bytes: Uint8Array): { kind: string; value: Record<string, unknown> } {
  const { schema, typeName } = codec;
  const field = schema.byNumber.get(envelopeField(typeName, bytes));
  if (!field) throw new CodecError(typeName, 'holds a message of unknown kind');
  return { kind: field.name, value: codec.decode(bytes)[field.name] as Record<string, unknown> };
}

/** The number of the only field of the envelope. */
function envelopeField(typeName: string, bytes: Uint8Array): number {
  const tag = readVarint(typeName, bytes, 0);
  if (tag.value % 8 !== 2) throw new CodecError(typeName, 'holds something that is no message');
  const length = readVarint(typeName, bytes, tag.end);
  if (length.end + length.value !== bytes.length) throw new CodecError(typeName, 'does not hold exactly one message');
  return Math.floor(tag.value / 8);
}

function readVarint(typeName: string, bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  throw new CodecError(typeName, 'is cut short');
}

/**
 * Go's types have members that cannot be absent (times, public keys). Its writer always writes them and its reader
 * takes an absent one as zero; so do we, and the types may promise them.
 */
function withZeroMembers(tagged: { kind: string; value: Record<string, unknown> }): { kind: string; value: Record<string, unknown> } {
  const { kind, value } = tagged;
  if (kindsWithTime.has(kind) && 'time' in value && value['time'] === undefined) value['time'] = { seconds: 0n, nanos: 0 };
  for (const name of ['validators', 'validatorUpdates']) {
    const updates = value[name];
    if (Array.isArray(updates)) for (const update of updates as { pubKey?: unknown }[]) update.pubKey ??= {};
  }
  return tagged;
}

const kindsWithTime: ReadonlySet<string> = new Set(['initChain', 'prepareProposal', 'processProposal', 'extendVote', 'finalizeBlock']);
