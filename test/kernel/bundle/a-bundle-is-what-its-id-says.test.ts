import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, test } from 'node:test';
import { ZipReader, ZipWriter } from '@endo/zip';
import { verifyBundle } from '../../../kernel/store/bundle.js';
import { readZipLayout } from '../../../kernel/store/zip-layout.js';
import { vatBundle } from '../../support/worker-kit.js';
import { makeRandom } from '../../support/worker-random.js';

const mapName = 'compartment-map.json';
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const sha512 = (bytes: Uint8Array): string => createHash('sha512').update(bytes).digest('hex');

let zip: Uint8Array;
let bundleId: string;
before(async () => ({ zip, bundleId } = await vatBundle('echo')));

type Files = ReadonlyMap<string, Uint8Array>;

function writeZip(files: Files | readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const writer = new ZipWriter();
  for (const [name, content] of files) writer.write(name, content);
  return writer.snapshot();
}

const code = text('{"imports":[]}');
const goodMap = { tags: [], entry: { compartment: 'a-v1', module: './x.js' }, compartments: { 'a-v1': { modules: { './x.js': { location: 'x.js', parser: 'pre-mjs-json', sha512: sha512(code) } } } } };

/** A bundle of one module, whose map is as given, with the id that fits the map. */
function bundleOf(map: unknown, files: readonly (readonly [string, Uint8Array])[] = [['a-v1/x.js', code]]): readonly [Uint8Array, string] {
  const bytes = typeof map === 'string' ? text(map) : text(JSON.stringify(map));
  return [writeZip([[mapName, bytes], ...files]), `b1-${sha512(bytes)}`];
}

/** A deep copy with one change. */
function changed(change: (map: any) => void): unknown { // eslint-disable-line @typescript-eslint/no-explicit-any -- tests put anything anywhere
  const copy = structuredClone(goodMap);
  change(copy);
  return copy;
}

test('what the bundler makes is taken', () => {
  const verdict = verifyBundle(zip, bundleId);
  assert.ok(verdict.ok);
  assert.equal(verdict.modules, new ZipReader(zip).files.size - 1);
  assert.equal(verdict.size, zip.length);
  assert.deepEqual(verifyBundle(...bundleOf(goodMap)), { ok: true, bundleId: bundleOf(goodMap)[1], modules: 1, size: bundleOf(goodMap)[0].length });
});

test('a view into a larger buffer is read at its place', () => {
  const padded = new Uint8Array(zip.length + 100);
  padded.set(zip, 50);
  assert.ok(verifyBundle(padded.subarray(50, 50 + zip.length), bundleId).ok);
});

test('another id is a mismatch, and a text that is no id is malformed', () => {
  const other = `b1-${'0'.repeat(128)}`;
  assert.equal(codeOf(verifyBundle(zip, other)), 'hash-mismatch');
  for (const wrong of ['', 'b1-', bundleId.slice(0, -1), bundleId.toUpperCase(), `${bundleId}\n`, `b0-${'0'.repeat(64)}`]) assert.equal(codeOf(verifyBundle(zip, wrong)), 'malformed');
});

test('a module with other code is a mismatch', () => {
  const files = new Map([...new ZipReader(zip).files].map(([name, file]) => [name, file.content as Uint8Array]));
  const victim = [...files.keys()].find(name => name.endsWith('echo.js'))!;
  files.set(victim, text('{}'));
  assert.equal(codeOf(verifyBundle(writeZip(files), bundleId)), 'hash-mismatch');
  files.delete(victim);
  assert.equal(codeOf(verifyBundle(writeZip(files), bundleId)), 'malformed');
});

for (const [says, made] of Object.entries({
  'an entry that belongs to no module': bundleOf(goodMap, [['a-v1/x.js', code], ['a-v1/y.js', code]]),
  'no module at the place': bundleOf(goodMap, []),
  'a map that is not JSON': bundleOf('{'),
  'a map that is a list': bundleOf([]),
  'a map that is null': bundleOf('null'),
  'no compartments': bundleOf({ entry: goodMap.entry }),
  'no entry': bundleOf(changed(map => delete map.entry)),
  'an entry that is not there': bundleOf(changed(map => (map.entry.module = './y.js'))),
  'an entry by the name of a prototype': bundleOf(changed(map => (map.entry.compartment = '__proto__'))),
  'a module without a hash': bundleOf(changed(map => delete map.compartments['a-v1'].modules['./x.js'].sha512)),
  'a hash that is none': bundleOf(changed(map => (map.compartments['a-v1'].modules['./x.js'].sha512 = 'x'))),
  'a module without a parser': bundleOf(changed(map => delete map.compartments['a-v1'].modules['./x.js'].parser)),
  'a link that leads nowhere': bundleOf(changed(map => (map.compartments['a-v1'].modules.b = { compartment: 'b-v1', module: './b.js' }))),
  'a module that is null': bundleOf(changed(map => (map.compartments['a-v1'].modules.b = null))),
  'one place with two hashes': bundleOf(changed(map => (map.compartments['a-v1'].modules.b = { location: 'x.js', parser: 'p', sha512: '0'.repeat(128) }))),
  'too many compartments': bundleOf(changed(map => { for (let i = 0; i < 2001; i += 1) map.compartments[`c${i}`] = { modules: {} }; })),
})) {
  test(`malformed: ${says}`, () => assert.equal(codeOf(verifyBundle(...made)), 'malformed'));
}

test('the map must be there, once', () => {
  assert.equal(codeOf(verifyBundle(writeZip([]), bundleId)), 'malformed');
  const twice = Buffer.from(writeZip([['aa', code], ['ab', code]]));
  for (let at = twice.indexOf('ab'); at >= 0; at = twice.indexOf('ab')) twice.write('aa', at, 'latin1');
  assert.deepEqual(readZipLayout(twice), { wrong: 'there are two entries "aa"' });
});

test('entries that share bytes are refused before anything is unpacked', () => {
  const [small] = bundleOf(goodMap);
  const bytes = Buffer.from(small);
  const secondCentral = bytes.lastIndexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
  bytes.writeUInt32LE(0, secondCentral + 42);
  const layout = readZipLayout(bytes);
  assert.ok('wrong' in layout && layout.wrong === 'directory entry 1 points elsewhere');
});

test('bytes before, between or behind are refused, and so is what is too large', () => {
  const [good, id] = bundleOf(goodMap);
  for (const bytes of [Buffer.concat([Buffer.from('x'), good]), Buffer.concat([good, Buffer.from('x')]), good.subarray(1), good.subarray(0, -1), new Uint8Array(0)]) {
    assert.equal(codeOf(verifyBundle(bytes, id)), 'malformed');
  }
  assert.equal(codeOf(verifyBundle(good, id, good.length - 1)), 'malformed');
  assert.ok(verifyBundle(good, id, good.length).ok);
});

test('any damage is refused, or touches nothing that is run', () => {
  const [good, id] = bundleOf(goodMap);
  const contents = (bytes: Uint8Array): unknown => [...new ZipReader(bytes).files].map(([name, file]) => [name, Buffer.from(file.content).toString('hex')]);
  const random = makeRandom(3);
  let survivors = 0;
  for (let round = 0; round < 5000; round += 1) {
    const mutant = Buffer.from(good);
    for (let times = 1 + random.below(3); times > 0; times -= 1) mutant[random.below(mutant.length)] = random.below(256);
    const end = random.below(10) === 0 ? random.below(mutant.length) : mutant.length;
    const verdict = verifyBundle(mutant.subarray(0, end), id);
    if (!verdict.ok) continue;
    survivors += 1;
    assert.deepEqual(contents(mutant), contents(good));
  }
  assert.ok(survivors < 2500, `most damage is noticed: ${survivors} were not`);
});

function codeOf(verdict: ReturnType<typeof verifyBundle>): string {
  return verdict.ok ? 'ok' : verdict.code;
}
