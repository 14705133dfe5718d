import { Far } from '@endo/far';

/** The least that a contract can do for a message with a result. */
export const buildRootObject = () => Far('echo', { ping: () => 'pong' });
