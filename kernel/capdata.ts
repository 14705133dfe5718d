/** Data with slots, as @endo/marshal's smallcaps. */
export type CapData = { readonly body: string; readonly slots: readonly string[] };
