/** Blocks between the answer that changes the validators and the first block that they sign with it: the SDK's ValidatorUpdateDelay. */
export const updateDelay = 1n;
