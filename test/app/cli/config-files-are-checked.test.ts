import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { appDefaults, readAppToml, renderAppToml } from '../../../app/cli/home/app-toml.js';
import { readClientToml, renderClientToml } from '../../../app/cli/home/client-toml.js';
import { tempHome } from './support.js';

test('what is written is read back, and an absent file means the defaults', t => {
  const path = join(tempHome(t), 'app.toml');
  assert.deepEqual(readAppToml(path), { config: appDefaults(), unknown: [] });
  const config = { ...appDefaults(), pruning: 'custom' as const, pruningKeepRecent: 7, minimumGasPrices: '0.1uwind,2other', apiEnable: false, indexEvents: ['tx.height', 'a"b'] };
  writeFileSync(path, renderAppToml(config));
  assert.deepEqual(readAppToml(path), { config, unknown: [] });
  const client = { chainId: 'c-1', keyringBackend: 'test' as const, output: 'json' as const, node: 'tcp://localhost:1', broadcastMode: 'sync' as const };
  writeFileSync(path, renderClientToml(client));
  assert.deepEqual(readClientToml(path), { config: client, unknown: [] });
});

test('numbers in quotes are taken, as the SDK writes them, and unknown keys are named', t => {
  const path = join(tempHome(t), 'app.toml');
  writeFileSync(path, 'pruning-keep-recent = "362880"\niavl-cache-size = 1\n[api]\nswagger = true\nenable = false\n');
  const { config, unknown } = readAppToml(path);
  assert.deepEqual([config.pruningKeepRecent, config.apiEnable, unknown], [362880, false, ['iavl-cache-size', 'api.swagger']]);
});

test('a value that does not fit is refused with the file, the key and what is expected', t => {
  const path = join(tempHome(t), 'app.toml');
  const refused: [string, RegExp][] = [
    ['pruning = "some"', /app\.toml: pruning is "some", expected one of "default", "nothing", "everything", "custom"/],
    ['halt-height = -1', /halt-height is -1, expected a whole number of at least 0/],
    ['halt-height = 1.5', /halt-height/],
    ['minimum-gas-prices = "cheap"', /minimum-gas-prices is "cheap", expected prices such as/],
    ['[api]\nenable = "yes"', /api\.enable is "yes", expected true or false/],
    ['[api]\naddress = "nowhere"', /api\.address/],
    ['api = 1', /api is a value, expected a section/],
    ['index-events = [1]', /index-events/],
    ['[repair]\nrpc-servers = ["nowhere"]', /repair\.rpc-servers is \["nowhere"\], expected a list of addresses/],
    ['pruning = ', /app\.toml, line 1: this is not TOML/],
  ];
  for (const [text, expected] of refused) {
    writeFileSync(path, `${text}\n`);
    assert.throws(() => readAppToml(path), expected, text);
  }
});
