import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EncodeObject } from '@cosmjs/proto-signing';
import type { KernelMessageName } from '../../../app/client/index.js';
import { addressText, moduleAddress } from '../../../chain/index.js';
import type { ExecTxResult } from '../../../chain/abci/types.js';
import { bundleVat } from '../../support/kernel.js';
import { assertPlain, makeTwins, type PersonName, type Twins } from './twins.js';

let twins: Twins;
let echo: { bundleId: string; zip: Uint8Array };
const addresses = { ann: '', ben: '' };
const vats = { ann: '', ben: '', bounded: '' };
const unknownBundle = `b1-${'0'.repeat(128)}`;
const noArgs = { body: '#[]', slots: [] };

before(async () => {
  twins = await makeTwins();
  echo = await bundleVat('echo');
  const { bundleId } = twins.app;
  for (const name of ['ann', 'ben'] as const) {
    addresses[name] = twins.addressOf(name);
    await twins.done(name, 'MsgCreateVat', { owner: addresses[name], bundleId, label: name, saveAs: 'counter' });
    const { vats: found } = await twins.app.ask<{ vats: { vatId: string }[] }>('Vats', { owner: addresses[name] });
    vats[name] = found[0]?.vatId as string;
  }
  await twins.done('ann', 'MsgCreateVat', { owner: addresses.ann, bundleId, label: 'bounded', saveAs: 'bounded', options: { memoryLimitBytes: 0n, computronsPerDelivery: 0n, computeBalance: 90_000_000n } });
  const { vats: both } = await twins.app.ask<{ vats: { vatId: string }[] }>('Vats', { owner: addresses.ann });
  vats.bounded = both[1]?.vatId as string;
});
after(() => twins.end());

const msg = (name: KernelMessageName, value: object): EncodeObject => ({ typeUrl: `/windlass.kernel.v1.${name}`, value });
const invoke = (more: object): EncodeObject => msg('MsgInvoke', { sender: addresses.ann, target: 'counter', method: 'read', args: noArgs, saveAs: '', funds: [], ...more });
const create = (more: object): EncodeObject => msg('MsgCreateVat', { owner: addresses.ann, bundleId: twins.app.bundleId, label: 'x', saveAs: 'x', ...more });
const upgrade = (more: object): EncodeObject => msg('MsgUpgradeVat', { owner: addresses.ann, vatId: vats.ann, bundleId: twins.app.bundleId, upgradeMessage: '', ...more });
const terminate = (more: object): EncodeObject => msg('MsgTerminateVat', { owner: addresses.ann, vatId: vats.ann, reason: '', ...more });
const resume = (more: object): EncodeObject => msg('MsgResumeVat', { owner: addresses.ann, vatId: vats.ann, addCompute: 1_500_000n, maxPrice: { denom: 'uwind', amount: '2' }, ...more });
const grant = (more: object): EncodeObject => msg('MsgGrantCapability', { sender: addresses.ann, name: 'counter', recipient: addresses.ben, saveAs: 'gift', ...more });
const rename = (more: object): EncodeObject => msg('MsgRenameCapability', { sender: addresses.ann, name: 'counter', newName: 'meter', ...more });
const drop = (more: object): EncodeObject => msg('MsgDropCapability', { sender: addresses.ann, name: 'counter', ...more });
const chunk = (more: object): EncodeObject => msg('MsgInstallBundle', { submitter: addresses.ann, bundleId: unknownBundle, chunkIndex: 0, chunkCount: 1, data: Uint8Array.of(1), ...more });
const body = (text: string, slots: readonly string[] = []): object => ({ args: { body: text, slots } });

type Case = readonly [says: string, message: () => EncodeObject, code: number, log: RegExp];

const unknown = (name: string): RegExp => new RegExp(`^windlass1[a-z0-9]+ has no capability "${name}": unknown capability$`);
const badNewName = /: a new name has 1 to 56 characters of a-z 0-9 \. _ -, begins with a letter or digit, does not end in \.<digits> and is not under home\. or from\.: bad name$/;
const badMethod = /^a method has 1 to 128 characters and no control characters: bad method$/;
const badCapData = (reason: string): RegExp => new RegExp(`^args: ${reason}: bad capdata$`);
const badLabel = /^a label has 1 to 199 characters of A-Z a-z 0-9 \. _ -: bad option$/;

/** Known from the message alone: nothing is charged. */
const stateless: readonly Case[] = [
  ['a target that is no name', () => invoke({ target: 'Counter' }), 3, /^"Counter" is no capability name: bad name$/],
  ['an empty target', () => invoke({ target: '' }), 3, /^"" is no capability name: bad name$/],
  ['a target with a line break and a long tail', () => invoke({ target: `a\n${'b'.repeat(200)}` }), 3, /^"a\?b+\.\.\." is no capability name: bad name$/],
  ['a target of 129 characters', () => invoke({ target: 'a'.repeat(129) }), 3, /is no capability name: bad name$/],
  ['a slot that is no name', () => invoke(body('#["$0"]', ['@'])), 3, /^"@" is no capability name: bad name$/],
  ['a new name of 57 characters', () => invoke({ saveAs: 'a'.repeat(57) }), 3, badNewName],
  ['a new name like those of further results', () => invoke({ saveAs: 'list.1' }), 3, badNewName],
  ['a new name under home.', () => invoke({ saveAs: 'home.mine' }), 3, badNewName],
  ['a new name under from.', () => rename({ newName: 'from.me' }), 3, badNewName],
  ['a vat without a name to file it under', () => create({ saveAs: '' }), 3, badNewName],
  ['a grant without a name', () => grant({ saveAs: '' }), 3, badNewName],
  ['arguments that are not smallcaps', () => invoke(body('[]')), 5, badCapData('the body is not smallcaps')],
  ['arguments that are not JSON', () => invoke(body('#{')), 5, badCapData('the body is not JSON')],
  ['arguments that are no array', () => invoke(body('#{}')), 5, badCapData('the arguments are not an array')],
  ['a promise', () => invoke(body('#["&0"]', ['counter'])), 5, badCapData('a transaction cannot name promises')],
  ['a slot that is not there', () => invoke(body('#["$1"]', ['counter'])), 5, /^args: .*: bad capdata$/],
  ['33 brackets', () => invoke(body(`#${'['.repeat(33)}${']'.repeat(33)}`)), 5, badCapData('the body is nested too deeply')],
  ['101 slots', () => invoke(body('#[]', Array.from({ length: 101 }, () => 'counter'))), 5, badCapData('there are more than 100 slots')],
  ['arguments of more than a million bytes', () => invoke(body(`#["${'x'.repeat(1_000_000)}"]`)), 5, badCapData('the data is longer than 1000000 bytes')],
  ['a strange constant', () => invoke(body('#["#__proto__"]')), 5, /^args: .*: bad capdata$/],
  ['parameters that are no capdata', () => create({ parameters: { body: 'null', slots: [] } }), 5, /^parameters: the body is not smallcaps: bad capdata$/],
  ['an empty method', () => invoke({ method: '' }), 6, badMethod],
  ['a method with a control character', () => invoke({ method: 'a\u0000b' }), 6, badMethod],
  ['a method of 129 characters', () => invoke({ method: 'm'.repeat(129) }), 6, badMethod],
  ['an id that is no bundle id', () => chunk({ bundleId: 'b1-XYZ' }), 9, /^a bundle id is b1- and 128 lower-case hex digits: bundle malformed$/],
  ['an empty chunk', () => chunk({ data: new Uint8Array(0) }), 9, /^a chunk has at least one byte: bundle malformed$/],
  ['a chunk beyond the last', () => chunk({ chunkIndex: 3, chunkCount: 3 }), 10, /^chunk 3 of 3 does not exist: chunk conflict$/],
  ['a chunk of none', () => chunk({ chunkCount: 0 }), 10, /^chunk 0 of 0 does not exist: chunk conflict$/],
  ['a chunk of 400,001 bytes', () => chunk({ data: new Uint8Array(400_001) }), 11, /^a chunk has at most 400000 bytes: bundle or chunk too large$/],
  ['a bundle of 101 chunks', () => chunk({ chunkCount: 101 }), 11, /^a bundle has at most 100 chunks: bundle or chunk too large$/],
  ['control by somebody', () => msg('MsgControl', { authority: addresses.ann, pauseVat: { vatId: 'v1', resume: false } }), 16, /^expected windlass1[a-z0-9]+, got windlass1[a-z0-9]+: governance only$/],
  ['parameters by somebody', () => msg('MsgUpdateParams', { authority: addresses.ann }), 16, /: governance only$/],
  ['a label with a space', () => create({ label: 'a b' }), 17, badLabel],
  ['no label', () => create({ label: '' }), 17, badLabel],
  ['too few computrons', () => create({ options: { memoryLimitBytes: 0n, computronsPerDelivery: 5n, computeBalance: 0n } }), 17, /^computronsPerDelivery is not from 20000000 to 2147483647: bad option$/],
  ['more memory than an engine has', () => create({ options: { memoryLimitBytes: 100n * 2n ** 30n, computronsPerDelivery: 0n, computeBalance: 0n } }), 17, /^memoryLimitBytes is not from 16777216 \(16 MiB\) to 2147483648 \(2 GiB\): bad option$/],
];

/** Known from the state: in a block, fee and sequence are kept. */
const stateful: readonly Case[] = [
  ['a target nobody gave', () => invoke({ target: 'nothing' }), 2, unknown('nothing')],
  ['a public name nobody published', () => invoke({ target: '@nothing' }), 2, unknown('@nothing')],
  ['a service that is not there', () => invoke({ target: 'home.nothing' }), 2, unknown('home.nothing')],
  ['a slot nobody gave', () => invoke(body('#["$0"]', ['nothing'])), 2, unknown('nothing')],
  ['a grant of nothing', () => grant({ name: 'nothing' }), 2, unknown('nothing')],
  ['a new name for nothing', () => rename({ name: 'nothing' }), 2, unknown('nothing')],
  ['a new name for what everybody has', () => rename({ name: 'home.timer' }), 2, unknown('home.timer')],
  ['dropping what everybody has', () => drop({ name: 'home.timer' }), 2, unknown('home.timer')],
  ['a name that is in use', () => invoke({ saveAs: 'counter' }), 4, /^"counter" of windlass1[a-z0-9]+ is in use or reserved: name in use$/],
  ['a name that has names below it', () => create({ saveAs: 'counter' }), 4, /: name in use$/],
  ['a name in use as the new one', () => rename({ newName: 'counter.admin' }), 4, /: name in use$/],
  ['a vat of an unknown bundle', () => create({ bundleId: unknownBundle }), 7, /^bundle b1-0+\.\.\. is not installed: unknown bundle$/],
  ['an upgrade to an unknown bundle', () => upgrade({ bundleId: 'b1-' }), 7, /^bundle b1- is not installed: unknown bundle$/],
  ['ending a vat that is not there', () => terminate({ vatId: 'v999' }), 13, /^there is no vat v999: unknown vat$/],
  ['upgrading what is no vat id', () => upgrade({ vatId: 'vat\n'.repeat(40) }), 13, /^there is no vat (vat\?)+.*\.\.\.: unknown vat$/],
  ['ending somebody else’s vat', () => terminate({ vatId: vats.ben }), 14, /^v\d+ does not belong to windlass1[a-z0-9]+: not owner$/],
  ['resuming a vat that is not there', () => resume({ vatId: 'v999' }), 13, /^there is no vat v999: unknown vat$/],
  ['resuming somebody else’s vat', () => resume({ vatId: vats.ben }), 14, /: not owner$/],
  ['more compute for a vat without a bound', () => resume({}), 17, /^v\d+ may compute without bound: bad option$/],
  ['compute without a price', () => resume({ vatId: vats.bounded, maxPrice: undefined }), 17, /^it costs 2uwind, which is more than max_price: bad option$/],
  ['compute for less than its price', () => resume({ vatId: vats.bounded, maxPrice: { denom: 'uwind', amount: '1' } }), 17, /^it costs 2uwind, which is more than max_price: bad option$/],
  ['compute for other coins', () => resume({ vatId: vats.bounded, maxPrice: { denom: 'ufoo', amount: '9' } }), 17, /^it costs 2uwind, which is more than max_price: bad option$/],
  ['more compute than can be counted', () => resume({ vatId: vats.bounded, addCompute: 2n ** 64n - 1n }), 17, /^a balance is below 2\^64: bad option$/],
  ['upgrading somebody else’s vat', () => upgrade({ vatId: vats.ben }), 14, /: not owner$/],
];

function refused(result: ExecTxResult, code: number, log: RegExp): void {
  assert.deepEqual([result.codespace, result.code, result.data.length], ['kernel', code, 0], result.log);
  assertPlain(result.log);
  assert.match(result.log.replace(/^failed to execute message; message index: 0: /, ''), log);
}

const none = (events: ExecTxResult['events']): boolean => events.every(({ type }) => !type.includes('EventAction'));

describe('known from the message', () => {
  for (const [says, message, code, log] of stateless) {
    test(`${says}: kernel/${code}`, async () => {
      const tx = await twins.sign('ann', [message()]);
      refused(await twins.check(tx), code, log);
      const result = await twins.changesNothing(tx);
      refused(result, code, log);
      assert.deepEqual(result.events, []);
    });
  }
});

describe('known from the state', () => {
  for (const [says, message, code, log] of stateful) {
    test(`${says}: kernel/${code}`, async () => {
      const tx = await twins.sign('ann', [message()]);
      refused(await twins.check(tx), code, log);
      const result = await twins.costsOnlyTheFee('ann', tx);
      refused(result, code, log);
      assert.ok(none(result.events));
    });
  }
});

describe('known from the block only', () => {
  const inBlock = async (message: EncodeObject, code: number, log: RegExp, name: PersonName = 'ann'): Promise<void> => {
    const tx = await twins.sign(name, [message]);
    const checked = await twins.check(tx);
    assert.equal(checked.code, 0, checked.log);
    refused(await twins.costsOnlyTheFee(name, tx), code, log);
  };

  test('a bundle under another’s id: kernel/8', () => inBlock(chunk({ data: echo.zip }), 8, /^bundle b1-0+: compartment-map\.json has another hash than the bundle id says: bundle hash mismatch$/));

  test('bytes that are no bundle: kernel/9', async () => {
    await inBlock(chunk({ data: new Uint8Array(1000).fill(7) }), 9, /^bundle b1-0+: .*: bundle malformed$/);
    await inBlock(chunk({ bundleId: echo.bundleId, data: echo.zip.slice(0, -1) }), 9, /: bundle malformed$/);
  });

  test('a module with a changed byte: kernel/8 or kernel/9, and never installed', async () => {
    const at = echo.zip.length >> 1;
    const data = echo.zip.map((byte, index) => (index === at ? byte ^ 1 : byte));
    const result = await twins.costsOnlyTheFee('ann', await twins.sign('ann', [chunk({ bundleId: echo.bundleId, data })]));
    assert.ok(result.code === 8 || result.code === 9, result.log);
    assert.equal((await twins.app.ask<{ installed: boolean }>('Bundle', { bundleId: echo.bundleId, submitter: '' })).installed, false);
  });
});

test('a message that is refused takes those before it with it', async () => {
  const tx = await twins.sign('ann', [invoke({}), grant({}), invoke({ target: 'nothing' })]);
  const checked = await twins.check(tx);
  refused(checked, 2, unknown('nothing'));
  const result = await twins.costsOnlyTheFee('ann', tx);
  assert.equal(result.log, `failed to execute message; message index: 2: ${addresses.ann} has no capability "nothing": unknown capability`);
  assert.ok(none(result.events));
});

test('other bytes, or another count, for a chunk that is there: kernel/10; chunks beyond the largest bundle: kernel/11', async () => {
  const own = await makeTwins({ kernelState: { params: { max_bundle_bytes: '1000' } } });
  try {
    const submitter = own.addressOf('ann');
    const part = (chunkIndex: number, data: Uint8Array, chunkCount = 3): EncodeObject => msg('MsgInstallBundle', { submitter, bundleId: unknownBundle, chunkIndex, chunkCount, data });
    const [first] = await own.block([await own.sign('ann', [part(0, new Uint8Array(600).fill(1))])]);
    assert.equal(first?.code, 0, first?.log);
    const sequence = 1;
    for (const [index, [message, code, log]] of ([
      [part(0, new Uint8Array(600).fill(2)), 10, /^chunk 0 of bundle b1-0+ was sent with other bytes: chunk conflict$/],
      [part(1, Uint8Array.of(1), 4), 10, /^bundle b1-0+ is being sent in 3 chunks, not in 4: chunk conflict$/],
      [part(1, new Uint8Array(401)), 11, /^bundle b1-0+ is larger than 1000 bytes: bundle or chunk too large$/],
    ] as const).entries()) {
      const tx = await own.sign('ann', [message], { sequence: sequence + index });
      refused(await own.check(tx), code, log);
      const [result] = await own.block([tx]);
      refused(result as ExecTxResult, code, log);
    }
  } finally {
    await own.end();
  }
});

test('a queue of four takes two from strangers and four from a block: kernel/12', async () => {
  const own = await makeTwins({ kernelState: { params: { queue_max: 4 } } });
  try {
    const sender = own.addressOf('ann');
    const now = msg('MsgInvoke', { sender, target: 'home.timer', method: 'now', args: noArgs, saveAs: '', funds: [] });
    const txs = await Promise.all([0, 1, 2, 3, 4, 5].map(sequence => own.sign('ann', [now], { sequence })));
    const results = await own.block(txs);
    assert.deepEqual(results.map(({ code }) => code), [0, 0, 0, 0, 12, 12]);
    refused(results[4] as ExecTxResult, 12, /^4 actions are waiting, the most are 4; try again in a few blocks: queue full$/);
    refused(await own.check(await own.sign('ann', [now], { sequence: 6 })), 12, /^4 actions are waiting, the most are 2; try again in a few blocks: queue full$/);
    await own.block();
    assert.equal((await own.check(await own.sign('ann', [now], { sequence: 6 }))).code, 0, 'a run has taken them');
  } finally {
    await own.end();
  }
});

test('a vat that ended is kernel/15 as long as it is being cleaned up, and kernel/13 later', async () => {
  const own = await makeTwins({ kernelState: { params: { cleanup_budget: 1 } } });
  try {
    const owner = own.addressOf('ann');
    const made = await own.done('ann', 'MsgCreateVat', { owner, bundleId: own.app.bundleId, label: 'short', saveAs: 'short' });
    assert.ok(made > 0n);
    const { vats: found } = await own.app.ask<{ vats: { vatId: string }[] }>('Vats', { owner });
    const vatId = found[0]?.vatId as string;
    const end = msg('MsgTerminateVat', { owner, vatId, reason: 'enough' });
    assert.equal((await own.block([await own.sign('ann', [end])]))[0]?.code, 0);
    await own.block();
    const texts: string[] = [];
    for (let sequence = 2; sequence < 40 && !texts.at(-1)?.startsWith('there is no vat'); sequence += 1) {
      const [result] = await own.block([await own.sign('ann', [end], { sequence })]);
      assert.equal(result?.codespace, 'kernel', result?.log);
      assert.ok(result?.code === 15 || result?.code === 13, result?.log);
      texts.push(result?.log.replace(/^failed to execute message; message index: 0: /, '') ?? '');
    }
    assert.equal(texts[0], `${vatId} is terminated: vat terminated`);
    assert.equal(texts.at(-1), `there is no vat ${vatId}: unknown vat`);
  } finally {
    await own.end();
  }
});

test('nobody can sign for governance', async () => {
  const authority = addressText(moduleAddress('gov'));
  const tx = await twins.sign('ann', [msg('MsgControl', { authority, pauseVat: { vatId: vats.ann, resume: false } })]);
  const checked = await twins.check(tx);
  const result = await twins.changesNothing(tx);
  for (const { codespace, code, log } of [checked, result]) {
    assert.equal(codespace, 'sdk');
    assert.ok([4, 5, 8, 9].includes(code), log); // 5: it would pay the fees, and has no coins
    assertPlain(log);
  }
});
