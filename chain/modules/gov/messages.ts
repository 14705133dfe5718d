/** What a proposal may ask for: messages that somebody handles, and that the module's account alone signs. */
import { governanceAddress } from '../../authority.js';
import { CodecError } from '../../codec/index.js';
import type { Any } from '../../crypto/public-key.js';
import { Refusal, refuseSdk } from '../../refusal.js';
import type { RoutedMessage } from '../../router.js';
import type { Gov } from './host.js';
import { refuseGov } from './refusals.js';

/** Proposals that submit proposals, at most so deep: each level is read within the one above, and the bytes come from strangers. */
const nestingMax = 3;
const submitTypeUrl = '/cosmos.gov.v1.MsgSubmitProposal';

/** Decodes a message of a proposal. Refuses one that nobody handles, or whose bytes are wrong. */
export function routedMessage({ router }: Pick<Gov, 'router'>, message: Any): RoutedMessage {
  try {
    return router().resolve(message) ?? refuseSdk('txParse', `unable to resolve type URL ${message.typeUrl}`);
  } catch (error) {
    if (error instanceof CodecError) refuseSdk('txParse', error.message);
    throw error;
  }
}

/** What can be said of a proposal's messages without state. `checkSubmission` checks a proposal within the proposal. */
export function checkMessages(gov: Pick<Gov, 'router'>, messages: readonly Any[], depth: number, checkSubmission: (value: unknown, depth: number) => void): void {
  if (depth >= nestingMax) refuseGov('invalidMessage', `proposals within proposals are nested deeper than ${nestingMax}`);
  for (const message of messages) {
    const { typeUrl, definition, value } = routedMessage(gov, message);
    wrapped(() => (typeUrl === submitTypeUrl ? checkSubmission(value, depth + 1) : definition.validateBasic?.(value)));
    requireGovernance(definition.signers(value));
  }
}

function wrapped(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof Refusal) refuseGov('invalidMessage', error.message);
    throw error;
  }
}

function requireGovernance(signers: readonly string[]): void {
  const [signer] = signers;
  if (signers.length !== 1 || signer === undefined) refuseGov('invalidSigner');
  if (signer !== governanceAddress) refuseGov('invalidSigner', signer);
}
