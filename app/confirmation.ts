/**
 * Which heights are known to be agreed (design 4.6). AppHash(H) stands in header H+1, so FinalizeBlock(H+1) proves that it
 * was agreed; except around a handshake, where the first replayed blocks are not compared with what we have.
 */
import type { AbciApplication } from '../chain/abci/types.js';

export class Confirmation {
  #confirmed: bigint;
  /** A proposal was seen in this session: what comes now is live consensus. */
  #isLive = false;
  readonly #committed = new Set<bigint>();

  constructor(confirmed: bigint) {
    this.#confirmed = confirmed;
  }

  /** Highest agreed height; 0 when none is known. */
  get confirmed(): bigint {
    return this.#confirmed;
  }

  sawProposal(): void {
    this.#isLive = true;
  }

  /** FinalizeBlock of `height` arrived. */
  sawFinalizeBlock(height: bigint): void {
    const proven = this.#isLive ? this.#liveProof(height) : this.#replayProof(height);
    if (proven !== undefined && proven > this.#confirmed) this.#confirmed = proven;
  }

  sawCommit(height: bigint): void {
    this.#committed.add(height);
    this.#committed.delete(height - 3n);
  }

  #liveProof(height: bigint): bigint | undefined {
    return this.#committed.has(height - 1n) ? height - 1n : undefined;
  }

  #replayProof(height: bigint): bigint | undefined {
    return this.#committed.has(height - 1n) && this.#committed.has(height - 2n) ? height - 2n : undefined;
  }
}

/** The application, with what its session proves noted on the way. */
export function withConfirmation(application: AbciApplication, confirmation: Confirmation): AbciApplication {
  let height = 0n;
  return {
    ...application,
    prepareProposal: request => {
      confirmation.sawProposal();
      return application.prepareProposal(request);
    },
    processProposal: request => {
      confirmation.sawProposal();
      return application.processProposal(request);
    },
    finalizeBlock: request => {
      height = request.height;
      confirmation.sawFinalizeBlock(height);
      return application.finalizeBlock(request);
    },
    commit: async () => {
      const response = await application.commit();
      confirmation.sawCommit(height);
      return response;
    },
  };
}
