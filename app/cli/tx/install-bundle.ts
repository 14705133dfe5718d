import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { bundleChunks, chunksToSend, setupKernelExtension, type BundleData } from '../../client/index.js';
import { loadBundle } from '../bundle-file.js';
import { rememberBundle } from '../bundle-names.js';
import type { Io } from '../io.js';
import { showProgress } from '../progress.js';
import { withTxFlags } from './flags.js';
import { reportTx } from './report.js';
import { noTxResponse, type TxResponse } from './response.js';
import { openTxSession, sendMessages, type TxSession } from './session.js';
import { kernelMessage } from './verb.js';

type Flags = { name?: string };

/** Prints the TxResponse of the last chunk, with bundle_id, installed and name. */
export function addInstallBundle(tx: Command, io: Io): void {
  const command = withTxFlags(tx.command('install-bundle <file>'))
    .description('bundle a contract\'s source, or take a bundle (.zip, .json), and put it on the chain, in as many transactions as it needs; an interrupted installation is taken up again')
    .option('--name <name>', 'what create-vat may call it in this home (default: the file\'s name without its ending)')
    .addHelpText('after', '\nExample:\n  windlass tx install-bundle contracts/counter.js --from dev0 --yes');
  command.action(async (file: string) => {
    const session = openTxSession(command, io);
    const name = command.optsWithGlobals<Flags>().name ?? basename(file, extname(file));
    const loaded = await loadBundle(file);
    const response = await sendChunks(session, loaded);
    const installed = response.code === 0 && (await setupKernelExtension(session.rpc).kernel.bundle(loaded.bundleId)).installed;
    if (installed) rememberBundle(session.settings.paths.bundleNames, name, loaded.bundleId);
    await reportTx(session, response, { bundle_id: loaded.bundleId, installed, name });
  });
}

/** Stops at the first chunk that is refused. */
async function sendChunks(session: TxSession, loaded: BundleData): Promise<TxResponse> {
  const { io } = session.settings;
  const { kernel } = setupKernelExtension(session.rpc);
  const state = await kernel.bundle(loaded.bundleId, session.key.address);
  const chunks = bundleChunks(session.key.address, loaded);
  const waiting = state.installed ? [] : chunksToSend(chunks, state.missingChunks);
  let done = chunks.length - waiting.length;
  let response = noTxResponse();
  for (const chunk of waiting) {
    showProgress(io, 'installing', done, chunks.length);
    response = await sendMessages(session, [kernelMessage('MsgInstallBundle', chunk)]);
    if (response.code !== 0) return response;
    done += 1;
  }
  showProgress(io, 'installing', done, chunks.length);
  return response;
}
