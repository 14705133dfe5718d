/** The package has no types of its own; what we use of it. */
declare module '@endo/import-bundle' {
  /** Evaluates a bundle in compartments of its own; resolves to its module namespace. */
  export function importBundle(bundle: unknown, options: { readonly endowments: object; readonly inescapableGlobalProperties: object }): Promise<unknown>;
}
