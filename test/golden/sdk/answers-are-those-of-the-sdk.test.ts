import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeConsensusKeeper, makeConsensusModule } from '../../../chain/modules/consensus/index.js';
import type { AnyMsgDefinition, Module } from '../../../chain/module.js';
import { makeSignBytesMaker, type AminoNames } from '../../../chain/sign-bytes.js';
import { makeTxDecoder } from '../../../chain/tx-decode.js';
import { signMode } from '../../../chain/crypto/signature.js';
import { testCodecs } from '../../support/chain-app.js';
import { ownAnswers, withoutEmptyRewards, withoutOpening, type Said } from './differences.js';
import { beginStory } from './live.js';
import { fixtureFolder, storyNames } from './names.js';
import { documentSigner, type DocumentFixture, type Fixture } from './story.js';

const fixture = <T>(name: string): T => JSON.parse(readFileSync(join(fixtureFolder, `${name}.json`), 'utf8')) as T;

for (const name of storyNames) {
  test(`${name}: codes, texts, events, answers and validators are those that the SDK gave`, async () => {
    const { story, genesisUpdates, answers } = fixture<Fixture>(name);
    const living = await beginStory(story);
    assert.deepEqual(living.genesisUpdates, genesisUpdates);
    for (const [index, block] of story.blocks.entries()) {
      const expected = answers[index];
      const given = await living.live(block);
      assert(expected, `block ${index + 1} of ${name} has an answer`);
      for (const [place, { about }] of block.asks.entries()) {
        const theirs: Said | undefined = ownAnswers[`${name}: ${about}`] ?? expected.asks[place];
        assert.deepEqual(given.asks[place] && withoutOpening(given.asks[place]), theirs && withoutOpening(theirs), `block ${index + 1}: ${about}`);
      }
      for (const [place, { about }] of block.txs.entries()) assert.deepEqual(given.txs[place], expected.txs[place], `block ${index + 1}: ${about}`);
      assert.deepEqual(given.events, withoutEmptyRewards(expected.events), `events of block ${index + 1}`);
      assert.deepEqual(given.updates, expected.updates, `validators of block ${index + 1}`);
    }
  });
}

const living = await beginStory(fixture<Fixture>('coins').story);
const modules: readonly Module[] = [...living.modules, makeConsensusModule(testCodecs, makeConsensusKeeper(testCodecs))];
const messages = new Map<string, AnyMsgDefinition>(modules.flatMap(({ msgs = [] }) => msgs.map(definition => [definition.codec.typeUrl, definition])));
const decoder = makeTxDecoder(testCodecs, messages);
const signBytes = makeSignBytesMaker(testCodecs, [...messages.values(), ...modules.flatMap(({ aminoTypes = [] }) => aminoTypes)], decoder);

function documentOf(hex: string, names?: AminoNames): string {
  const made = signBytes(decoder.decode(Buffer.from(hex, 'hex')), documentSigner, names)(signMode.legacyAminoJson);
  return 'bytes' in made ? Buffer.from(made.bytes).toString() : made.problem;
}

test('of every message, the document that amino signs is the SDK’s, byte by byte', () => {
  const { story, documents } = fixture<DocumentFixture>('documents');
  for (const [index, { about, tx }] of story.entries()) assert.equal(documentOf(tx), documents[index], about);
  const shown = new Set(story.map(({ about }) => about.replace(/ .*/, '')));
  assert.deepEqual([...messages.keys()].filter(url => !shown.has(url)), ['/cosmos.gov.v1.MsgExecLegacyContent']); // of the module's account alone, and only in a legacy proposal
});

test('two messages have another name with clients; their documents differ in nothing else', () => {
  const { story } = fixture<DocumentFixture>('documents');
  const renamed = story.flatMap(({ tx }) => (documentOf(tx) === documentOf(tx, 'clients') ? [] : [[documentOf(tx), documentOf(tx, 'clients')] as const]));
  const names = [['cosmos-sdk/MsgWithdrawValCommission', 'cosmos-sdk/MsgWithdrawValidatorCommission'], ['/cosmos.gov.v1.MsgCancelProposal', 'cosmos-sdk/v1/MsgCancelProposal']] as const;
  assert.deepEqual(renamed.map(([document]) => document.replaceAll(/.*"type":"([^"]+)".*/g, '$1')), names.map(([name]) => name));
  for (const [index, [theirs, other]] of names.entries()) assert.equal(renamed[index]?.[0].replace(`"${theirs}"`, `"${other}"`), renamed[index]?.[1]);
});
