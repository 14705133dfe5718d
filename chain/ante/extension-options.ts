import { refuseSdk } from '../refusal.js';
import type { AnteHandler } from './types.js';

/** What this chain does not know, it must not execute: critical options, unordered txs, timestamps, tips. */
export const refuseExtensionOptions: AnteHandler = ({ tx }) => {
  if (tx.body.extensionOptions.length > 0) refuseSdk('unknownExtensionOptions');
  if (tx.body.unordered) refuseSdk('notSupported', 'unordered transactions are not enabled');
  if (tx.body.timeoutTimestamp) refuseSdk('notSupported', 'timeout timestamps are not enabled');
  if (tx.hasTip) refuseSdk('notSupported', 'tips are not enabled');
};
