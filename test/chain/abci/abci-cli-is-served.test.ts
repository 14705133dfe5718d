import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { startAbciServer } from '../../../chain/abci/server.js';
import { toolsFolder } from '../../../chain/engine/comet/index.js';
import { makeKvstore } from '../comet/support.js';
import { makeTestLog } from './support.js';

const cli = [toolsFolder, ...(process.env['PATH'] ?? '').split(delimiter)].map(folder => join(folder, 'abci-cli')).find(path => existsSync(path));
const skip = cli === undefined && 'abci-cli was not found; `npm run setup:cometbft -- --abci-cli` builds it';

test("CometBFT's own test client speaks with the server", { skip, timeout: 30_000 }, async t => {
  const application = makeKvstore();
  const fatal: Error[] = [];
  const server = await startAbciServer({ address: 'tcp://127.0.0.1:0', application, log: makeTestLog().log, onFatal: error => fatal.push(error) });
  t.after(() => server.close());
  const child = spawn(cli ?? '', ['--address', server.address, 'batch'], { stdio: ['pipe', 'pipe', 'inherit'], timeout: 20_000 });
  child.stdin.end(['echo ahoy', 'info', 'check_tx "a=b"', 'check_tx "nonsense"', 'finalize_block "a=b"', 'commit', 'query "a"', ''].join('\n'));
  const said = await text(child.stdout);
  assert.match(said, /data: ahoy[^]*data: kv[^]*code: OK[^]*code: 1[^]*data\.hex: 0x[0-9A-F]{64}[^]*value: b/);
  assert.equal(application.get('a'), 'b');
  assert.deepEqual(fatal, []);
});
