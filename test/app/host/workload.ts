/** Random life on a chain: every kernel message, vats that send, store, pay and end. The same seed makes the same txs over the same app. */
import type { EncodeObject } from '@cosmjs/proto-signing';
import { resolveTo, script } from './puppet.js';
import { invoke, msg, type Person, type TestApp } from './support.js';

/** mulberry32: numbers in [0, 1). */
export function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export type Workload = {
  /** Signed txs of the next block. */
  txs(count: number): Promise<Uint8Array[]>;
};

export function makeWorkload(app: TestApp, seed: number): Workload {
  const random = makeRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const number = (below: number): number => Math.floor(random() * below);
  const name = (): string => pick(['a', 'b', 'c', 'c.d', 'vat', 'vat.admin', 'purse', 'pay', 'node']);
  const target = (): string => pick([name(), name(), `from.${number(60)}.a`, '@pub', 'home.bank', 'home.storage', 'home.timer', 'home.directory', 'home.vats', 'a.1']);
  const coins = () => (random() < 0.6 ? [] : [{ denom: pick(['ufoo', 'uwind']), amount: String(1 + number(5000)) }]);
  const body = (value: unknown) => ({ body: `#${JSON.stringify(value)}`, slots: [] as string[] });
  const syscall = (): unknown =>
    pick<() => unknown>([
      () => ['vatstoreSet', `k${number(40)}`, 'v'.repeat(number(300))],
      () => ['vatstoreDelete', `k${number(40)}`],
      () => ['vatstoreGetNextKey', 'k1'],
      () => ['send', '@0', { methargs: body([pick(['deposit', 'withdraw', 'go', 'getAmount', 'balance']), [pick<unknown>(['+5', '-1', '$0', '+999999999999999999999999999999999999999999', 1, null])]]), result: null }],
      () => ['send', '@0', { methargs: { body: '#["go",["$0"]]', slots: ['@1'] }, result: null }],
      () => ['send', 'o+0', { methargs: body(['go', []]), result: null }],
      () => ['subscribe', 'p+7'],
      () => ['exit', random() < 0.5, body('bye')],
      () => ['send', '@9', { methargs: body(['go', []]), result: null }],
    ])();
  const go = () => ({ method: 'go', args: script([...Array.from({ length: number(4) }, syscall), ...(random() < 0.5 ? [resolveTo('#"$0.Alleged: thing"', [pick(['o+1', 'o+2', '@0', 'o+d3/1'])])] : [])], random() < 0.7 ? [name(), name()] : []) });
  const amount = () => pick([() => `+${1 + number(3000)}`, () => '+0', () => '-5', () => '+340282366920938463463374607431768211456'])();
  const bankCalls: readonly (() => object)[] = [() => ({ target: 'home.bank', method: 'makePurse', args: body([pick(['uwind', 'ufoo', '?', 7])]) })];
  const purseCalls: readonly (() => object)[] = [
    () => ({ method: 'deposit', args: { body: '#["$0"]', slots: [pick(['pay', 'purse', 'vat', 'home.bank'])] } }),
    () => ({ method: 'withdraw', args: body([amount()]) }),
    () => ({ method: 'withdraw', args: body([amount()]) }),
    () => ({ method: 'sendTo', args: body([pick([pick(app.people).address, 'windlass1nobody', '']), amount()]) }),
    () => ({ method: pick(['balance', 'getDenom', 'getAmount', 'refund']) }),
  ];
  const otherCalls: readonly (() => object)[] = [
    () => ({ target: 'home.storage', method: 'node', args: body([pick(['x', 'x.y', 'sys', ''])]) }),
    () => ({ target: 'node', method: pick(['set', 'append', 'delete', 'child']), args: body([pick(['t'.repeat(number(60)), '\ud800', 'x'.repeat(70_000)])]) }),
    () => ({ target: 'home.timer', method: pick(['delay', 'wakeAt', 'now']), args: body([pick([`+${number(40)}`, '+281474976710656', '-1'])]) }),
    () => ({ target: 'home.timer', method: pick(['repeat', 'setWakeup']), args: { body: '#["+3","+7","$0"]', slots: [name()] } }),
    () => ({ target: 'home.timer', method: 'setWakeup', args: { body: '#["+3","$0"]', slots: [name()] } }),
    () => ({ target: 'home.directory', method: pick(['publish', 'lookup', 'unpublish']), args: { body: '#["pub","$0"]', slots: [name()] } }),
    () => ({ target: 'home.vats', method: 'createVat', args: body([app.bundleId, pick([{}, { label: 'x' }, 5])]) }),
    () => ({ target: 'vat.admin', method: pick(['terminate', 'done', 'getUsage', 'setOptions', 'upgrade']), args: body([pick<unknown>(['enough', app.bundleId, { computeBalance: '+90000' }])]) }),
    () => ({ target: pick(['vat', '@pub', 'c', 'from.3.a']), ...go() }),
    () => ({ target: 'vat', ...go() }),
    () => ({ target: 'vat', ...go() }),
  ];
  const calls = () => {
    if (random() < 0.15) return { target: target(), method: pick(['go', 'deposit', 'done']), args: body([]) };
    if (random() < 0.4) return { target: pick(['purse', 'purse', 'pay']), ...pick(purseCalls)() };
    return pick(random() < 0.2 ? bankCalls : otherCalls)();
  };
  const message = (person: Person): EncodeObject => {
    const sender = person.address;
    const saveAs = random() < 0.6 ? name() : '';
    return pick<() => EncodeObject>([
      () => msg('MsgCreateVat', { owner: sender, bundleId: app.bundleId, label: 'p', saveAs: saveAs || 'vat' }),
      () => invoke(person, 'vat', 'go', undefined, { ...calls(), saveAs, funds: coins() }),
      () => invoke(person, 'vat', 'go', undefined, { ...calls(), saveAs, funds: coins() }),
      () => invoke(person, 'vat', 'go', undefined, { ...calls(), saveAs, funds: coins() }),
      () => invoke(person, 'home.bank', 'makePurse', body(['uwind']), { saveAs: 'purse' }),
      () => invoke(person, 'purse', 'withdraw', body(['+10']), { saveAs: 'pay' }),
      () => invoke(person, 'purse', 'deposit', { body: '#[]', slots: [] }, { funds: [{ denom: 'uwind', amount: '700' }], saveAs: random() < 0.5 ? 'pay' : '' }),
      () => msg('MsgUpgradeVat', { owner: sender, vatId: `v${1 + number(8)}`, bundleId: app.bundleId, upgradeMessage: 'new' }),
      () => msg('MsgTerminateVat', { owner: sender, vatId: `v${1 + number(8)}`, reason: 'old' }),
      () => msg('MsgResumeVat', { owner: sender, vatId: `v${1 + number(8)}`, addCompute: pick([0n, 1_500_000n]), maxPrice: pick([{ denom: 'uwind', amount: '5' }, undefined]) }),
      () => msg('MsgGrantCapability', { sender, name: name(), recipient: pick(app.people).address, saveAs: 'a' }),
      () => msg('MsgRenameCapability', { sender, name: name(), newName: name() }),
      () => msg('MsgDropCapability', { sender, name: name() }),
    ])();
  };
  return {
    txs: async count => {
      const txs: Uint8Array[] = [];
      for (const person of app.people) person.sequence = await app.sequenceOf(person);
      for (let left = count; left > 0; left -= 1) {
        const person = pick(app.people);
        txs.push(await person.sign([message(person)]));
      }
      return txs;
    },
  };
}
