import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../../../app/cli/program.js';
import { fakeNode, scriptedIo, tempHome, windlass } from './support.js';

test('help has an example for every command, on stdout, and exits 0', async () => {
  const top = scriptedIo();
  assert.equal(await runCli(['--help'], top), 0);
  const groups = ['keys', 'tx', 'query', 'genesis', 'snapshots', 'upgrade'];
  const commandsOf = (text: string): string[] => !text.includes('\nCommands:') ? []
    : [...text.slice(text.indexOf('Commands:')).matchAll(/^ {2}([a-z][a-z_-]*)/gm)].map(([, name]) => name ?? '').filter(name => name !== 'help' && name !== 'windlass');
  /** The path itself, or what is below it if it is a group. */
  const below = async (path: string[]): Promise<string[][]> => {
    const group = scriptedIo();
    await runCli([...path, '--help'], group);
    const commands = commandsOf(group.shown.out);
    return commands.length === 0 ? [path] : (await Promise.all(commands.map(name => below([...path, name])))).flat();
  };
  const paths: string[][] = [];
  for (const name of commandsOf(top.shown.out)) paths.push(...(groups.includes(name) ? await below([name]) : [[name]]));
  assert.ok(paths.length >= 29, `found ${paths.length} commands`);
  for (const path of paths) {
    const io = scriptedIo();
    assert.equal(await runCli([...path, '--help'], io), 0, path.join(' '));
    assert.match(io.shown.out, /Examples?:\n {2}windlass /, path.join(' '));
    assert.equal(io.shown.err, '');
  }
});

test('usage errors exit 2 and leave stdout empty', async t => {
  const home = tempHome(t);
  const wrong = [[], ['nope'], ['tx'], ['tx', 'send', 'a'], ['tx', 'send', 'a', '5uwind'], ['status', '--node', 'ftp://x'], ['keys', 'add'], ['keys', 'list', '--keyring-backend', 'os'], ['version', '--lang']];
  for (const args of wrong) {
    const io = scriptedIo();
    assert.equal(await runCli([...args, '--home', home], io), 2, args.join(' '));
    assert.equal(io.shown.out, '', args.join(' '));
    assert.notEqual(io.shown.err, '', args.join(' '));
  }
});

test('a node that is not there is one sentence and one hint, without a stack', async t => {
  const home = tempHome(t);
  const node = await fakeNode(t, {});
  const gone = await windlass(['status', '--home', home, '--node', 'tcp://127.0.0.1:9']);
  assert.equal(gone.code, 1);
  assert.match(gone.err, /^Error: no node answers at http:\/\/127\.0\.0\.1:9 .*\n {2}Start one with: windlass start --dev\./);
  assert.doesNotMatch(gone.err, /\bat .*\.js/);
  const debug = await windlass(['status', '--home', home, '--node', 'tcp://127.0.0.1:9'], { env: { WINDLASS_DEBUG: '1' } });
  assert.match(debug.err, /\bat .*\.js/);
  const refused = await windlass(['status', '--home', home, '--node', node.url]);
  assert.deepEqual([refused.code, refused.out], [1, '']);
  assert.match(refused.err, /answered to status: Method not found/);
});

test('version is one line, and with --long what a bug report needs', async t => {
  const home = tempHome(t);
  assert.match((await windlass(['version', '--home', home])).out, /^\d+\.\d+\.\d+\n$/);
  const long = JSON.parse((await windlass(['version', '--long', '-o', 'json', '--home', home])).out) as Record<string, unknown>;
  assert.equal(long['node'], process.version);
  assert.match(String(long['engine']), /^xsnap-\d/);
  assert.match((long['dependencies'] as Record<string, string>)['level'] ?? '', /^\d/);
});
