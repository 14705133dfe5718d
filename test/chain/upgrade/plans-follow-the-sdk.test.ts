/** Plans as x/upgrade keeps them: who may make them, what is refused and how, what the queries answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeUpgradeKeeper, makeUpgradeModule, upgradeStore, type Module, type UpgradeKeeper } from '../../../chain/index.js';
import type { AnyMsgDefinition } from '../../../chain/module.js';
import { Refusal } from '../../../chain/refusal.js';
import { makeContext, type Context } from '../../../chain/context.js';
import { makeEventSink } from '../../../chain/events.js';
import { makeInfiniteGasMeter } from '../../../chain/gas.js';
import { makeTestChain, strangerAddress, testCodecs, type TestChain } from '../../support/chain-app.js';

const authority = strangerAddress(7);
const keeper: UpgradeKeeper = makeUpgradeKeeper(testCodecs);
const module = makeUpgradeModule(testCodecs, keeper, { authority, versions: () => [{ name: 'bank', version: 1n }, { name: 'auth', version: 2n }] });

/** Acts in the next block. */
let acts: ((ctx: Context) => void)[] = [];
const actor: Module = { name: 'actor', stores: [], endBlock: ctx => { for (const act of acts.splice(0)) act(ctx); } };
const open = (appState: Record<string, unknown> = {}): Promise<TestChain> => {
  acts = [];
  return makeTestChain({ extraStores: [upgradeStore], modules: () => [module, actor], appState });
};
const plan = (height: bigint, name = 'two'): object => ({ name, height, info: 'https://example.org/two', time: undefined, upgradedClientState: undefined });

function send(ctx: Context, type: 'SoftwareUpgrade' | 'CancelUpgrade', msg: object): void {
  const definition = module.msgs?.find(({ codec }: AnyMsgDefinition) => codec.typeName.endsWith(type));
  assert.ok(definition);
  definition.handle(ctx, definition.codec.decode(definition.codec.encode(msg)));
}

async function refusal(chain: TestChain, msg: object): Promise<string> {
  let found = 'not refused';
  acts.push(ctx => {
    try {
      send(ctx, 'SoftwareUpgrade', msg);
    } catch (error) {
      assert.ok(error instanceof Refusal);
      found = `${error.codespace}/${error.code} ${error.message}`;
    }
  });
  await chain.block();
  return found;
}

const ask = (chain: TestChain, name: string, request: object = {}): Promise<object> =>
  chain.ask(`/cosmos.upgrade.v1beta1.Query/${name}`, `cosmos.upgrade.v1beta1.Query${name}Request`, `cosmos.upgrade.v1beta1.Query${name}Response`, request);

test('a plan is made, replaced, cancelled, and told', async () => {
  const chain = await open();
  await chain.block();
  assert.deepEqual(await ask(chain, 'CurrentPlan'), { plan: undefined });
  assert.deepEqual(await ask(chain, 'Authority'), { address: authority });
  acts.push(ctx => { send(ctx, 'SoftwareUpgrade', { authority, plan: plan(20n) }); }, ctx => { send(ctx, 'SoftwareUpgrade', { authority, plan: plan(30n, 'three') }); });
  await chain.block();
  assert.deepEqual(await ask(chain, 'CurrentPlan'), { plan: { ...plan(30n, 'three'), time: { seconds: -62135596800n, nanos: 0 } } });
  acts.push(ctx => { send(ctx, 'CancelUpgrade', { authority }); });
  await chain.block();
  assert.deepEqual(await ask(chain, 'CurrentPlan'), { plan: undefined });
});

test('what is no plan is refused in the words of the SDK', async () => {
  const chain = await open();
  await chain.block();
  const stranger = strangerAddress(1);
  assert.equal(await refusal(chain, { authority: stranger, plan: plan(20n) }), `upgrade/6 expected ${authority} got ${stranger}: expected authority account as only signer for proposal message`);
  assert.equal(await refusal(chain, { authority }), 'sdk/18 name cannot be empty: invalid request');
  assert.equal(await refusal(chain, { authority, plan: plan(0n) }), 'sdk/18 height must be greater than 0: invalid request');
  assert.equal(await refusal(chain, { authority, plan: { ...plan(20n), time: { seconds: 5n, nanos: 0 } } }), 'sdk/18 time-based upgrades have been deprecated in the SDK: invalid request');
  assert.equal(await refusal(chain, { authority, plan: { ...plan(20n), upgradedClientState: { typeUrl: '/a.B', value: new Uint8Array(0) } } }), 'sdk/18 upgrade logic for IBC has been moved to the IBC module: invalid request');
  assert.equal(await refusal(chain, { authority, plan: plan(3n) }), 'sdk/18 upgrade cannot be scheduled in the past: invalid request');
  acts.push(ctx => { keeper.markDone(ctx, 'two', ctx.height); });
  await chain.block();
  assert.equal(await refusal(chain, { authority, plan: plan(90n) }), 'sdk/18 upgrade with name two has already been completed: invalid request');
});

test('what was applied is remembered by name and height, modules by version', async () => {
  const chain = await open();
  acts.push(ctx => { keeper.markDone(ctx, 'one', ctx.height); });
  await chain.block();
  acts.push(ctx => { keeper.markDone(ctx, 'a later one', ctx.height); });
  await chain.block();
  assert.deepEqual(await ask(chain, 'AppliedPlan', { name: 'a later one' }), { height: 2n });
  assert.deepEqual(await ask(chain, 'AppliedPlan', { name: 'none' }), { height: 0n });
  assert.deepEqual(keeper.lastApplied(chain.store.branch()), { name: 'a later one', height: 2n });
  assert.deepEqual(await ask(chain, 'ModuleVersions'), { moduleVersions: [{ name: 'auth', version: 2n }, { name: 'bank', version: 1n }] });
  assert.deepEqual(await ask(chain, 'ModuleVersions', { moduleName: 'bank' }), { moduleVersions: [{ name: 'bank', version: 1n }] });
  await assert.rejects(ask(chain, 'ModuleVersions', { moduleName: 'x' }), /NotFound .*x\/upgrade: QueryModuleVersions module x not found/);
});

test('rows lie where the SDK puts them', async () => {
  const chain = await open();
  const branch = chain.store.branch();
  const ctx = makeContext({ chainId: 'x', height: 5n, time: { seconds: 0n, nanos: 0 }, mode: 'finalize', branch, gas: makeInfiniteGasMeter(), events: makeEventSink(), tx: undefined, metered: false });
  keeper.setModuleVersions(ctx, [{ name: 'gov', version: 5n }]);
  keeper.markDone(ctx, 'two', 5n);
  keeper.schedule(ctx, { name: 'three', height: 9n, info: '' }, 5n);
  const rows = [...branch.store(upgradeStore).iterate()].map(([key, value]) => `${Buffer.from(key).toString('hex')}=${Buffer.from(value).toString('hex')}`);
  assert.deepEqual(rows, ['00=0a057468726565120b088092b8c398feffffff011809', '01000000000000000574776f=01', '02676f76=0000000000000005', '03=0000000000000001']);
});

test('genesis may bring a plan, but not one for its first block', async () => {
  const chain = await open({ upgrade: { plan: { name: 'two', height: '7', info: 'x' } } });
  await chain.block();
  assert.deepEqual(keeper.plan(chain.store.branch()), { name: 'two', height: 7n, info: 'x' });
  await assert.rejects(open({ upgrade: { plan: { name: 'two', height: '1' } } }), /genesis: app_state.upgrade.plan: upgrade cannot be scheduled in the past/);
});
