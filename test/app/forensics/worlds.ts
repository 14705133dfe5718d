/** Whole applications in this process, each with what forensics keeps of it, and an RPC that answers as CometBFT's does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Forensics } from '../../../app/forensics/forensics.js';
import { Recorder } from '../../../app/recorder/recorder.js';
import { StepCollector } from '../../../app/forensics/steps.js';
import type { AbciApplication } from '../../../chain/abci/types.js';
import { silentLog } from '../../support/chain-app.js';
import { openTestApp, type TestApp, type TestAppOptions } from '../host/support.js';

export type World = {
  readonly test: TestApp;
  readonly home: string;
  readonly forensics: Forensics;
  /** As an engine has it. */
  readonly application: AbciApplication;
  /** Executes and commits the next block; answers its AppHash in lower-case hex. `between`: after the run of this block, before the next one begins. */
  block(txs?: readonly Uint8Array[], between?: () => void): Promise<string>;
};

/** A new chain after InitChain, with live consensus; closed and removed after the test. */
export async function makeWorld(t: TestContext, options: TestAppOptions = {}): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'windlass-world-'));
  const steps = new StepCollector();
  const recorder = new Recorder({ folder: join(home, 'recorder'), release: '0.0.0-test', segments: 2, segmentBytes: 1024 * 1024 });
  const test = await openTestApp({ ...options, onStep: steps.add, recorder });
  symlinkSync(test.data, join(home, 'data'));
  mkdirSync(join(home, 'config'));
  const forensics = new Forensics({ home, app: test.app, steps, release: '0.0.0-test', log: silentLog, ownRpc: () => undefined, peers: [], onDivergence: 'exit' });
  t.after(async () => {
    forensics.close();
    await test.end();
    recorder.close('test');
    rmSync(home, { recursive: true, force: true });
  });
  await test.initChain();
  const application = forensics.wrap(test.app.application);
  await application.processProposal({} as never);
  const block: World['block'] = async (txs = [], between) => {
    const { appHash } = await application.finalizeBlock({ ...test.request(txs), hash: Buffer.alloc(32, Number(test.app.height) + 1) });
    between?.();
    await application.commit();
    return Buffer.from(appHash).toString('hex');
  };
  return { test, home, forensics, application, block };
}

export type Answer = { readonly code: number; readonly log: string; readonly value: Uint8Array };

/** Serves ABCI queries over JSON-RPC; `twist` changes an answer on the way, as a liar would. Answers the URL. */
export async function servePeer(t: TestContext, world: Pick<World, 'forensics' | 'test'>, twist: (path: string, answer: Answer) => Answer = (_path, answer) => answer): Promise<string> {
  const application = world.forensics.wrap(world.test.app.application); // each peer counts the questions by itself
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => { body += text; });
    request.on('end', () => {
      const { params: { path } } = JSON.parse(body) as { params: { path: string } };
      void application.query({ path, data: new Uint8Array(0), height: 0n, prove: false }).then(({ code, log, value }) => {
        const told = twist(path, { code, log, value });
        response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { response: { code: told.code, log: told.log, value: Buffer.from(told.value).toString('base64') } } }));
      });
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise<void>(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  }));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
