import { fileURLToPath } from 'node:url';

export const storyNames = ['coins', 'staking', 'rewards', 'governance', 'parameters'] as const;
export type StoryName = (typeof storyNames)[number];

/** The sources' folder: compiled code is three below dist, data stays where it was written. */
export const fixtureFolder = fileURLToPath(new URL('../../../../test/golden/sdk/', import.meta.url));
