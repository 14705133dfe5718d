/**
 * Makes the data that `answers-are-those-of-the-sdk` compares with, in two steps: `stories FOLDER` writes each story as JSON, for a program around the Cosmos
 * SDK to live through; `freeze FOLDER VERSION` takes its answers (`<name>.answers.json`) and writes the fixtures beside this file's source.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixtureFolder, storyNames, type StoryName } from './names.js';
import { coinsStory } from './stories/coins.js';
import { governanceStory } from './stories/governance.js';
import { documents } from './stories/documents.js';
import { parametersStory } from './stories/parameters.js';
import { rewardsStory } from './stories/rewards.js';
import { stakingStory } from './stories/staking.js';
import type { DocumentFixture, Fixture, Story, Told } from './story.js';

const stories: Readonly<Record<StoryName, () => Promise<Story>>> = { coins: coinsStory, staking: stakingStory, rewards: rewardsStory, governance: governanceStory, parameters: parametersStory };

async function writeStories(folder: string): Promise<void> {
  for (const name of storyNames) writeFileSync(join(folder, `${name}.story.json`), JSON.stringify(await stories[name]()));
  writeFileSync(join(folder, 'documents.story.json'), JSON.stringify(await documents()));
}

function freeze(folder: string, sdk: string): void {
  const read = (name: string, kind: string): unknown => JSON.parse(readFileSync(join(folder, `${name}.${kind}.json`), 'utf8'));
  const write = (name: string, fixture: Fixture | DocumentFixture): void => writeFileSync(join(fixtureFolder, `${name}.json`), `${JSON.stringify(fixture)}\n`);
  for (const name of storyNames) write(name, { sdk, story: read(name, 'story') as Story, ...(read(name, 'answers') as Pick<Fixture, 'genesisUpdates' | 'answers'>) });
  write('documents', { sdk, story: read('documents', 'story') as Told[], documents: read('documents', 'answers') as string[] });
}

const [command, folder = '', version = ''] = process.argv.slice(2);
if (command === 'stories') await writeStories(folder);
else if (command === 'freeze') freeze(folder, version);
else throw new Error('stories FOLDER, or freeze FOLDER VERSION');
