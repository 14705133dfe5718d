import assert from 'node:assert/strict';
import { decFromText, type Dec } from '../../decimal.js';

/** Of text in our own state, which was checked when it came in. */
export function decimalOf(text: string): Dec {
  const value = decFromText(text);
  assert(value !== undefined, `${text} is a decimal`);
  return value;
}
