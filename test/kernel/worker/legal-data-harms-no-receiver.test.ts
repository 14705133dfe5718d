import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Passable } from '../../../kernel/capdata.js';
import { checkAccountCapData, decodeCapData, encodeCapData, encodeMethargs, makeError, nestingMax, record, SlotRef, Tagged } from '../../../kernel/capdata.js';
import { makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';
import { startTestVat } from '../../support/worker-kit.js';

const factory = makeXsnapWorkerFactory();
after(() => factory.shutdown());

const layers: Readonly<Record<string, (inner: Passable) => Passable>> = {
  arrays: inner => [inner],
  records: inner => record({ a: inner, b: 1 }),
  tags: inner => new Tagged('x', inner),
  'tags and arrays': inner => (Array.isArray(inner) ? new Tagged('x', inner) : [inner]),
};

for (const [name, wrap] of Object.entries(layers)) {
  test(`arguments of ${name} nested as deeply as a transaction may do not end their receiver`, async () => {
    let value: Passable = makeError('Error', 'innermost');
    for (let depth = 2; depth < nestingMax; depth += 1) value = wrap(value);
    const data = encodeCapData([value]);
    assert.equal(checkAccountCapData(data, { mustBeArray: true }).ok, true);
    assert.equal(checkAccountCapData(encodeCapData([wrap(value)]), { mustBeArray: true }).ok, false, 'one more is too deep');
    const args = decodeCapData(data) as readonly Passable[];
    const vat = await startTestVat(factory, 'echo');
    const { verdict } = await vat.deliver(['message', 'o+0', { methargs: encodeMethargs('echo', args), result: 'p-60' }]);
    assert.deepEqual(verdict, { kind: 'ok' });
    await vat.worker.close();
  });
}

test('every kind of value that a transaction may bring is taken by a vat', async () => {
  const body = '#["!#x","#NaN","+123","-5","%foo","%@@iterator",{"#tag":"copySet","payload":[]},{"#error":"m","name":"Strange","errorId":"e"},"$0.Alleged: purse","$0",{"!$":1}]';
  const checked = checkAccountCapData({ body, slots: ['purse'] }, { mustBeArray: true });
  assert.ok(checked.ok);
  const methargs = encodeMethargs('echoAll', checked.value as readonly Passable[]);
  const vat = await startTestVat(factory, 'echo');
  const { verdict, syscalls } = await vat.deliver(['message', 'o+0', { methargs: { body: methargs.body, slots: ['o-80'] }, result: 'p-60' }]);
  assert.deepEqual(verdict, { kind: 'ok' });
  const resolve = syscalls.find(({ s }) => s[0] === 'resolve')!.s;
  assert.ok(resolve[0] === 'resolve' && !resolve[1][0]![1], 'it was echoed');
  const echoed = decodeCapData(resolve[1][0]![2]) as readonly Passable[];
  assert.ok(echoed[8] instanceof SlotRef && echoed[8].slot === 'o-80');
  await vat.worker.close();
});
