import { E, Far } from '@endo/far';

/** Plays with another player, by messages, for ever. */
export const buildRootObject = () => {
  const player = Far('player', {
    play: other => {
      E.sendOnly(other).play(player);
    },
  });
  return player;
};
