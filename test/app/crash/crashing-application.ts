/**
 * An application that executes stored blocks in a process of its own and dies, as by a power cut, at a step of a commit.
 * Arguments: its data folder, a stopped home of the embedded engine with the blocks, step and height to die at. Ends by
 * SIGKILL from its own hand, so that nothing is closed; any other end means that something was wrong.
 */
import assert from 'node:assert/strict';
import { makeApp } from '../../../app/app.js';
import type { CommitStep } from '../../../app/commit.js';
import { makeDispatch } from '../../../chain/abci/dispatch.js';
import { appOptions, initChain, storedByEmbedded } from './replay.js';

const [data = '', home = '', step = '', heightText = '0'] = process.argv.slice(2);
const { genesis, blocks } = await storedByEmbedded(home);
let height = 0n;
const app = await makeApp(appOptions(data, {
  onCommitStep: (at: CommitStep) => {
    if (at === step && height === BigInt(heightText)) process.kill(process.pid, 'SIGKILL');
  },
}));
const application = makeDispatch(app.application);
if (app.height === 0n) await initChain(application, genesis);
for (const { request, appHash } of blocks.slice(Number(app.height))) {
  ({ height } = request);
  const result = await application.finalizeBlock(request);
  assert.equal(Buffer.from(result.appHash).toString('hex'), appHash, `block ${height}`);
  await application.commit();
}
throw new Error(`no commit came to step ${step} at height ${heightText}`);
