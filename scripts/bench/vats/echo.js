import { Far } from '@endo/far';

/** The least that a contract can do for a message with a result; and work that takes a while. */
export const buildRootObject = () =>
  Far('echo', {
    ping: () => 'pong',
    work(rounds) {
      let sum = 0;
      for (let i = 0; i < rounds; i += 1) sum = (sum * 31 + i) % 1_000_003;
      return sum;
    },
  });
