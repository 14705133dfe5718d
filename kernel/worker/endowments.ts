/** What a vat's compartment gets of the start compartment, besides what liveslots gives. */
export const endowments: Readonly<Record<string, unknown>> = {
  assert: globalThis.assert,
  HandledPromise: globalThis.HandledPromise,
  TextEncoder,
  TextDecoder,
  Base64: globalThis.Base64,
};
