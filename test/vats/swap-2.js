/** The second edition of the swap: other code, the same promises. */
export { buildRootObject } from './swap.js';
