import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { CodecError } from '../../../chain/codec/index.js';
import { nodeIdOf, readNodeKey, replaceFile, writeGenesis } from '../../../chain/engine/home-files/index.js';
import { codecOf } from '../../client/codecs.js';
import { CliFailure } from '../failure.js';
import { withGentxs } from '../home/genesis-state.js';
import { homePaths } from '../home/paths.js';
import type { Io } from '../io.js';
import { printResult } from '../output.js';
import { homeOf, settingsOf } from '../settings.js';
import { gentxFolder } from './gentx.js';
import { genesisOf } from './read.js';

type Gentx = { readonly file: string; readonly json: unknown; readonly operator: string; readonly memo: string };
type Tx = { body: { messages: { typeUrl: string; value: Uint8Array }[]; memo: string } | undefined; authInfo: object | undefined };

const creationType = '/cosmos.staking.v1beta1.MsgCreateValidator';

export function addCollectGentxs(genesis: Command, io: Io): void {
  const command = genesis.command('collect-gentxs')
    .description('put the transactions of genesis into it, and the nodes they name into this node\'s peers; they take the place of a fixed set of validators')
    .option('--gentx-dir <dir>', 'where they lie (default: config/gentx)')
    .addHelpText('after', '\nExample:\n  windlass genesis collect-gentxs --gentx-dir ./gentxs');
  command.action(() => {
    const { output } = settingsOf(command, io);
    const home = homeOf(command, io);
    const doc = genesisOf(home);
    if (existsSync(join(home, 'data', 'windlass.db'))) throw new CliFailure(`${home} has made blocks already; its genesis is past`);
    const folder = resolve(command.optsWithGlobals<{ gentxDir?: string }>().gentxDir ?? gentxFolder(home));
    const gentxs = readGentxs(folder);
    const peers = gentxs.map(({ memo }) => memo).filter(memo => memo !== '' && !memo.startsWith(`${nodeIdOf(readNodeKey(home))}@`)).sort();
    writePeers(homePaths(home).configToml, peers);
    writeGenesis(home, { ...doc, validators: [], app_state: withGentxs(doc.app_state, gentxs.map(({ json }) => json)) });
    printResult(io, output, { chain_id: doc.chain_id, gentxs_dir: folder, validators: gentxs.map(({ operator }) => operator), persistent_peers: peers });
  });
}

/** By file name, which makes the genesis the same for all who have the same files. */
function readGentxs(folder: string): Gentx[] {
  const files = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.json')).sort() : [];
  if (files.length === 0) throw new CliFailure(`there are no gentx files in ${folder}`, { hint: 'Each validator makes one with windlass genesis gentx.' });
  const gentxs = files.map(name => readGentx(join(folder, name)));
  const twice = gentxs.find(({ operator }, index) => gentxs.findIndex(other => other.operator === operator) !== index);
  if (twice) throw new CliFailure(`${twice.file}: ${twice.operator} has a gentx already`);
  return gentxs;
}

function readGentx(file: string): Gentx {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const { body } = codecOf<Tx>('cosmos.tx.v1beta1.Tx').fromJson(json);
    const [message, second] = body?.messages ?? [];
    if (!body || message?.typeUrl !== creationType || second) throw new CliFailure(`${file}: a gentx holds one ${creationType}`);
    return { file, json, memo: body.memo, operator: codecOf<{ validatorAddress: string }>(creationType.slice(1)).decode(message.value).validatorAddress };
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof CodecError)) throw error;
    throw new CliFailure(`${file} is no gentx: ${error.message}`, { cause: error });
  }
}

function writePeers(path: string, peers: readonly string[]): void {
  const line = /^persistent_peers = .*$/m;
  const text = readFileSync(path, 'utf8');
  if (!line.test(text)) throw new CliFailure(`${path} has no line for persistent_peers`);
  replaceFile(path, text.replace(line, () => `persistent_peers = ${JSON.stringify(peers.join(','))}`), 0o644);
}
