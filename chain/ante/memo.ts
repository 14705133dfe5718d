import { refuseSdk } from '../refusal.js';
import type { AnteHandler } from './types.js';

/** Counts bytes of UTF-8, as the SDK does, though its text says characters. */
export const checkMemo: AnteHandler = ({ tx, params }) => {
  if (tx.body.memo === '') return; // without a look at the parameters, which costs gas
  const length = BigInt(Buffer.byteLength(tx.body.memo, 'utf8'));
  const max = params().maxMemoCharacters;
  if (length > max) refuseSdk('memoTooLarge', `maximum number of characters is ${max} but received ${length} characters`);
};
