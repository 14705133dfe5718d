/**
 * A node in a process of its own that dies, as by a power cut, at a named moment of an upgrade. Arguments: home, engine, moment,
 * and `next` for the release that has the upgrade. Ends by SIGKILL from its own hand; `none` runs it until the chain is two blocks on.
 */
import { startNode, type NodeOptions } from '../../../app/node.js';
import { UpgradeNeeded } from '../../../app/host/upgrade.js';
import type { Upgrade } from '../../../app/upgrade-handlers.js';
import { abciSocketAddress } from '../../../chain/engine/comet/index.js';

const [home = '', engine = 'embedded', moment = '', release = ''] = process.argv.slice(2);
const at = (name: string): void => {
  if (name === moment) process.kill(process.pid, 'SIGKILL');
};
const print = (_fields: object, text: string): void => void process.stderr.write(`${text}\n`);
const silent = (): void => undefined;
/** Names of what has happened, so that a commit can be told from the one before. */
const seen = { isMigrated: false, isInjected: false };

const options: NodeOptions = {
  home, engine: engine as NodeOptions['engine'], moniker: 'dying', version: '0.0.0-test', rpcLaddr: 'tcp://127.0.0.1:0', p2pLaddr: 'tcp://127.0.0.1:0',
  abciAddress: abciSocketAddress(home), withComet: true, blockTimeMs: 100, minGasPrices: [], pruning: 100, undoBlocks: 100n, recorder: false, slog: { senders: [] }, maxVatsOnline: 4,
  snapshots: { interval: 0, keepRecent: 0 }, repairServers: [], forensics: { peers: [], onDivergence: 'exit' },
  log: { debug: silent, info: silent, warn: silent, error: print }, onConsole: silent,
  upgrades: new Map<string, Upgrade>(release === 'next' ? [['two', {}]] : []),
  onHaltStep: at,
  onMigrated: () => {
    seen.isMigrated = true;
    at('migrated');
  },
  onStep: ({ kind }) => {
    if (kind !== 'inject') return;
    seen.isInjected = true;
    at('injected');
  },
  onCommitStep: step => {
    if (step === 'before-batch' && seen.isMigrated) at('migration before commit');
    if (step === 'after-batch' && seen.isMigrated) at('migration after commit');
    if (step === 'after-batch' && seen.isInjected) at('injection after commit');
  },
};

try {
  const node = await startNode(options);
  const goal = node.app.height + 2n;
  const enough = new Promise<void>(resolve => {
    const timer = setInterval(() => {
      if (moment !== 'none' || node.app.height < goal) return;
      clearInterval(timer);
      resolve();
    }, 20);
  });
  const end = await Promise.race([node.ended, enough]);
  await node.stop();
  process.exit(typeof end === 'object' && end.reason === 'upgrade' ? 1 : 0);
} catch (error) {
  if (!(error instanceof UpgradeNeeded)) throw error;
  process.exit(1);
}
