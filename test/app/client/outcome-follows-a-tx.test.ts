import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StargateClient } from '@cosmjs/stargate';
import {
  actionIdOf, actionIdsOf, actionState, bundleChunks, chunksToSend, installBundle, kernelMessages, OutcomeTimeout, setupKernelExtension, waitForOutcome,
  type Action, type BundleStatus, type MsgInstallBundle,
} from '../../../app/client/index.js';
import { codecOf } from '../../../app/client/codecs.js';

const kernelType = (name: string): string => `windlass.kernel.v1.${name}`;
const actionResponse = (actionId: bigint) => ({ typeUrl: `/${kernelType('MsgActionResponse')}`, value: codecOf<object>(kernelType('MsgActionResponse')).encode({ actionId }) });

/** Answers each query path in turn from a list; the last one stays. */
function asker(answers: Record<string, object[]>) {
  const asked: { path: string; request: Uint8Array }[] = [];
  return {
    asked,
    queryAbci: async (path: string, request: Uint8Array) => {
      asked.push({ path, request });
      const method = path.slice(path.lastIndexOf('/') + 1);
      const list = answers[method] ?? [];
      const answer = list.length > 1 ? list.shift() : list[0];
      return { value: codecOf<object>(kernelType(`Query${method}Response`)).encode(answer ?? {}), height: 1 };
    },
  };
}

const action = (state: number): Action => ({ actionId: 5n, sender: 'a', state, queuedHeight: 1n, settledHeight: state >= actionState.fulfilled ? 3n : 0n, result: state >= actionState.fulfilled ? { body: '#5', slots: [] } : undefined });

test('the action id is read from the answer of a transaction', () => {
  const install = { typeUrl: `/${kernelType('MsgInstallBundleResponse')}`, value: new Uint8Array(0) };
  assert.equal(actionIdOf({ code: 0, msgResponses: [install, actionResponse(5n)] }), 5n);
  assert.deepEqual(actionIdsOf({ code: 0, msgResponses: [actionResponse(2n ** 60n), install, actionResponse(6n)] }), [2n ** 60n, 6n]);
  assert.throws(() => actionIdOf({ code: 0, msgResponses: [install] }), /no action/);
  assert.throws(() => actionIdOf({ code: 0, msgResponses: [actionResponse(1n), actionResponse(2n)] }), /2 actions/);
  assert.throws(() => actionIdOf({ code: 5, rawLog: 'insufficient funds', msgResponses: [] }), /code 5: insufficient funds/);
});

test('an outcome is waited for until it settles', async () => {
  const waits = asker({ Action: [action(actionState.queued), action(actionState.accepted), action(actionState.rejected)] });
  assert.deepEqual(await waitForOutcome(waits, 5n, { timeoutMs: 10_000 }), { state: 'rejected', result: { body: '#5', slots: [] }, settledHeight: 3n });
  assert.equal(waits.asked.length, 3);
  assert.deepEqual(Buffer.from(waits.asked[0]?.request ?? []), Buffer.from('0805', 'hex'));
  await assert.rejects(waitForOutcome(setupKernelExtension(asker({ Action: [action(actionState.accepted)] })), 5n, { timeoutMs: 1 }), OutcomeTimeout);
});

test('a StargateClient can be asked as it is, and says so when it is offline', async () => {
  const online = Object.create(StargateClient.prototype) as StargateClient;
  const kernel = asker({ Action: [action(actionState.fulfilled)] });
  Object.defineProperty(online, 'forceGetQueryClient', { value: () => kernel });
  assert.equal((await waitForOutcome(online, 5n, { timeoutMs: 1 })).state, 'fulfilled');
  await assert.rejects(waitForOutcome({} as StargateClient, 5n, { timeoutMs: 1 }), /expected a QueryClient or a StargateClient/);
  await assert.rejects(waitForOutcome(Object.create(StargateClient.prototype) as StargateClient, 5n, { timeoutMs: 1 }), /online/);
});

test('only the chunks that are missing are sent, one transaction each', async () => {
  const bundle = { bundleId: 'b1-00', data: new Uint8Array(1_000_001).map((_, index) => index) };
  const status = (installed: boolean, missingChunks: number[]): BundleStatus => ({ bundleId: 'b1-00', installed, sizeBytes: 0n, missingChunks });
  const sent: MsgInstallBundle[] = [];
  const signAndBroadcast = async (_signer: string, messages: readonly { value: unknown }[]) => {
    sent.push(messages[0]?.value as MsgInstallBundle);
    return { code: 0, height: 1, txIndex: 0, events: [], transactionHash: '', msgResponses: [], gasUsed: 0n, gasWanted: 0n };
  };
  const seen: number[] = [];
  await installBundle({ ...asker({ Bundle: [status(false, [1, 2]), status(true, [])] }), signAndBroadcast }, 'a', bundle, 'auto', ({ done, total }) => seen.push(done, total));
  assert.deepEqual(sent.map(({ chunkIndex, chunkCount, data }) => [chunkIndex, chunkCount, data.length]), [[1, 3, 400_000], [2, 3, 200_001]]);
  assert.deepEqual(seen, [1, 3, 2, 3, 3, 3]);
  assert.deepEqual(Buffer.concat(bundleChunks('a', bundle).map(({ data }) => data)), Buffer.from(bundle.data));
  assert.equal(chunksToSend(bundleChunks('a', bundle), []).length, 3);
  sent.length = 0;
  await installBundle({ ...asker({ Bundle: [status(true, [])] }), signAndBroadcast }, 'a', bundle, 'auto');
  assert.equal(sent.length, 0);
  const refusing = { ...asker({ Bundle: [status(false, [])] }), signAndBroadcast: async () => ({ ...(await signAndBroadcast('', [])), code: 9, rawLog: 'malformed' }) };
  await assert.rejects(installBundle(refusing, 'a', bundle, 'auto'), /chunk 0 of b1-00 was refused with code 9: malformed/);
});

test('every query of the kernel has its method', async () => {
  const every = asker({ Params: [{ params: {} }], Vat: [{ vat: { vatId: 'v1' } }], PublishedChildren: [{ children: ['a'] }], Published: [{ value: 'x', height: 4n }] });
  const { kernel } = setupKernelExtension(every);
  assert.equal((await kernel.params()).roundWidth, 0);
  assert.equal((await kernel.status()).crankNumber, 0n);
  assert.deepEqual((await kernel.capabilities('a', { limit: 2n })).capabilities, []);
  assert.equal((await kernel.vat('v1')).vatId, 'v1');
  assert.deepEqual((await kernel.vats()).vats, []);
  assert.equal((await kernel.bundle('b')).installed, false);
  assert.deepEqual(await kernel.published('p'), { value: 'x', height: 4n });
  assert.deepEqual(await kernel.publishedChildren('p'), ['a']);
  assert.deepEqual(every.asked.map(({ path }) => path.replace('/windlass.kernel.v1.Query/', '')), ['Params', 'Status', 'Capabilities', 'Vat', 'Vats', 'Bundle', 'Published', 'PublishedChildren']);
  await assert.rejects(setupKernelExtension(asker({})).kernel.vat('v9'), /lacks vat v9/);
  assert.equal(kernelMessages.length, 12);
});
