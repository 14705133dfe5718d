/** From a contract's sources to a bundle. */
export type { Bundle, BundleOptions, BundleProgress } from './bundle.js';
export { bundle, BundleError } from './bundle.js';
