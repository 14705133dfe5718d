/** Capdata that the kernel writes by itself. */
import { lengthOf, type CapData } from './capdata.js';

export const undefinedData: CapData = { body: '#"#undefined"', slots: [] };

export function errorData(message: string): CapData {
  return { body: `#${JSON.stringify({ '#error': escapeString(message), name: 'Error' })}`, slots: [] };
}

/** What promises of an ended vat are rejected with. */
export const vatTerminated: CapData = errorData('vat terminated');

/** What promises of an upgraded vat are rejected with (kernel reference 3.7.2); no error, so that code can tell it apart. */
export function disconnection(incarnationNumber: number, upgradeMessage: string): CapData {
  const text = escapeString(upgradeMessage);
  return { body: `#${JSON.stringify({ incarnationNumber, name: 'vatUpgraded', upgradeMessage: text })}`, slots: [] };
}

/** Smallcaps gives a meaning to strings that begin with ! " # $ % & ' ( ) * + , -; a plain one is marked with `!`. */
export function escapeString(text: string): string {
  return /^[!-\-]/.test(text) ? `!${text}` : text;
}

/** UTF-16 units of data that the kernel writes once for each of many. */
const repeatedMax = 8192;

/**
 * What is said to each of many who wait, such as the results of all messages that stood before a promise: the data, if it is
 * short. Otherwise one long reason would fill the store as often as there are results.
 */
export function repeatable(data: CapData): CapData {
  return lengthOf(data) <= repeatedMax ? data : errorData('the reason is too long to be repeated');
}
