/** What an account asks of the kernel: the payload of an action, checked by the block that accepted it and again at intake. */
import type { CapData } from './capdata.js';
import type { VatSettings } from './items.js';
import type { Dimension } from './provisioning/dimensions.js';
import type { QuotaChange } from './provisioning/limits.js';

export type Coin = { readonly denom: string; readonly amount: bigint };

type Common = {
  /** Counts from 1 over the life of the chain. */
  readonly id: bigint;
  readonly sender: string;
};

/** Slots of capdata are names in the sender's c-list, or public names with a leading '@'. */
export type Action = Common &
  (
    | { readonly kind: 'invoke'; readonly target: string; readonly method: string; readonly args: CapData; readonly saveAs: string; readonly funds: readonly Coin[] }
    | { readonly kind: 'create-vat'; readonly bundleId: string; readonly label: string; readonly parameters: CapData; readonly settings: VatSettings; readonly saveAs: string }
    | { readonly kind: 'upgrade-vat'; readonly vat: string; readonly bundleId: string; readonly parameters: CapData; readonly upgradeMessage: string }
    | { readonly kind: 'terminate-vat'; readonly vat: string; readonly reason: string }
    /** `price` is what the compute costs, of the coins in `escrow`, which wait in the kernel's account. What is over goes back. */
    | { readonly kind: 'resume-vat'; readonly vat: string; readonly addCompute: bigint; readonly price: Coin; readonly payee: string; readonly escrow: readonly Coin[] }
    /** Raises a limit of the sender's account; price and escrow as for resume-vat. */
    | { readonly kind: 'request-quota'; readonly dimension: Dimension; readonly amount: bigint; readonly price: Coin; readonly payee: string; readonly escrow: readonly Coin[] }
    | { readonly kind: 'grant'; readonly name: string; readonly recipient: string; readonly saveAs: string }
    | { readonly kind: 'rename'; readonly name: string; readonly newName: string }
    | { readonly kind: 'drop'; readonly name: string }
  );

/** What the authority over the whole kernel asks; it comes before all actions. */
export type ControlAction = VatControl | LedgerControl;

/** `vat` is any vat's. */
export type VatControl = Common & { readonly vat: string } & (
  /** The vat is paused until it is released, whatever its owner does. */
  | { readonly kind: 'hold' | 'release' }
  | { readonly kind: 'terminate'; readonly reason: string }
  /** Its root becomes `@sys.<name>`. */
  | { readonly kind: 'publish'; readonly name: string }
);

export type LedgerControl = Common & (
  | { readonly kind: 'set-quota'; readonly change: QuotaChange }
  /** Counters of the collection are set to what its rows say. */
  | { readonly kind: 'reconcile'; readonly collection: string }
);

/** Codes of codespace `kernel` (design 5.3). */
export const kernelCodes = {
  unknownCapability: 2, badName: 3, nameInUse: 4, badCapData: 5, badMethod: 6, unknownBundle: 7, bundleHashMismatch: 8,
  bundleMalformed: 9, chunkConflict: 10, tooLarge: 11, queueFull: 12, unknownVat: 13, notOwner: 14, vatTerminated: 15,
  governanceOnly: 16, badOption: 17,
} as const;

/** Why an action cannot be done: a code of codespace `kernel`, or of the `space` that is named, and a text for people. */
export type ActionRefusal = { readonly code: number; readonly text: string; readonly space?: string };

/** What the outcome of a refused action says. A text of another codespace names its code itself. */
export function refusalText({ code, text, space }: ActionRefusal): string {
  return space === undefined ? `kernel/${code}: ${text}` : text;
}
