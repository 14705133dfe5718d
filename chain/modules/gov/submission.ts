/** What can be said of a proposal's text without state. */
import { refuseSdk } from '../../refusal.js';
import { refuseGov } from './refusals.js';

/** Bytes. */
const metadataMax = 255;
const summaryMax = 10_200;

export type ProposalText = { readonly title: string; readonly summary: string; readonly metadata: string; readonly messages: readonly unknown[] };

export function checkText({ title, summary, metadata, messages }: ProposalText): void {
  if (title === '') refuseSdk('invalidRequest', 'proposal title cannot be empty');
  if (summary === '') refuseSdk('invalidRequest', 'proposal summary cannot be empty');
  if (messages.length === 0 && metadata === '') refuseGov('noMessages', 'either metadata or Msgs length must be non-nil');
  checkMetadataMatches(title, summary, metadata);
  checkMetadataLength(metadata);
  const summaryBytes = Buffer.byteLength(summary);
  if (summaryBytes > summaryMax) refuseGov('summaryTooLong', `got summary with length ${summaryBytes}`);
  checkMetadataLength(title);
}

/** Of a proposal's title and metadata, and of a vote's metadata. */
export function checkMetadataLength(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > metadataMax) refuseGov('metadataTooLong', `got metadata with length ${bytes}`);
}

/** Metadata in the recommended form repeats title and summary. Any other text is fine. */
function checkMetadataMatches(title: string, summary: string, metadata: string): void {
  const stated = metadata.length > metadataMax ? undefined : statedIn(metadata);
  if (!stated) return;
  if (stated.title !== title) refuseGov('invalidContent', `metadata title '${stated.title}' must equal proposal title '${title}'`);
  if (stated.summary !== summary) refuseGov('invalidContent', `metadata summary '${stated.summary}' must equal proposal summary '${summary}'`);
}

/** Undefined when it is not the form: no JSON object, or fields of other types. */
function statedIn(metadata: string): { readonly title: string; readonly summary: string } | undefined {
  if (!metadata.startsWith('{')) return undefined;
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(metadata) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { title = '', summary = '' } = json;
  return typeof title === 'string' && typeof summary === 'string' ? { title, summary } : undefined;
}
