import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from './judge.js';

type Case = { readonly says: string; readonly path: string; readonly text: string; readonly finds: string[] };

const cases: readonly Case[] = [
  { says: 'kernel never meets chain', path: 'kernel/crank.ts', text: `import { refuse } from '../chain/index.js';`, finds: ['1 boundary'] },
  { says: 'not even for a type', path: 'kernel/crank.ts', text: `import type { Module } from '../chain/module.js';`, finds: ['1 boundary'] },
  { says: 'not by an import type', path: 'kernel/crank.ts', text: `export type M = import('../chain/module.js').Module;`, finds: ['1 boundary'] },
  { says: 'not by import()', path: 'kernel/crank.ts', text: `export const load = () => import('../chain/index.js');`, finds: ['1 boundary'] },
  { says: 'not by export … from', path: 'chain/index.ts', text: `export * from '../kernel/index.js';`, finds: ['1 boundary'] },
  { says: 'chain does not know app', path: 'chain/tx.ts', text: `import '../app/app.js';`, finds: ['1 boundary'] },
  { says: 'config imports nothing of ours', path: 'config/node.ts', text: `import '../app/app.js';`, finds: ['1 boundary'] },
  { says: 'inside chain any file may be named', path: 'chain/tx.ts', text: `import { refuse } from './refusal.js';`, finds: [] },
  { says: 'the store knows no module', path: 'chain/store/tree.ts', text: `import { keeper } from '../modules/bank/keeper.js';`, finds: ['1 boundary'] },
  { says: 'a module does not know the engine', path: 'chain/modules/bank/keeper.ts', text: `import type { Engine } from '../../engine/types.js';`, finds: ['1 boundary'] },
  { says: 'app enters chain by its door', path: 'app/app.ts', text: `import { makeBaseApp } from '../chain/index.js';`, finds: [] },
  { says: 'and not through the wall', path: 'app/app.ts', text: `import { makeBaseApp } from '../chain/base-app.js';`, finds: ['1 door'] },
  { says: 'app enters the kernel by its door', path: 'app/host/keeper.ts', text: `import { makeController } from '../../kernel/controller.js';`, finds: ['1 door'] },
  { says: 'scripts use doors, too', path: 'scripts/sim.ts', text: `import { planRound } from '../kernel/round.js';`, finds: ['1 door'] },
  { says: 'a test may look anywhere', path: 'test/kernel/round.test.ts', text: `import 'node:test';\nimport { planRound } from '../../kernel/round.js';`, finds: [] },
  { says: 'nothing imports test/', path: 'scripts/sim.ts', text: `import { makeTestKernel } from '../test/support/kernel.js';`, finds: ['1 boundary'] },
  { says: 'an import stays in the package', path: 'app/app.ts', text: `import '../../elsewhere/index.js';`, finds: ['1 boundary'] },
  { says: 'the kernel has no network', path: 'kernel/controller.ts', text: `import net from 'node:net';`, finds: ['1 boundary'] },
  { says: 'the kernel may read files', path: 'kernel/store/blobs.ts', text: `import { readFileSync } from 'node:fs';`, finds: [] },
  { says: 'assert/strict is assert', path: 'kernel/gc.ts', text: `import assert from 'node:assert/strict';`, finds: [] },
  { says: 'a builtin is named with node:', path: 'app/main.ts', text: `import { readFileSync } from 'fs';`, finds: ['1 boundary'] },
  { says: 'a package is for its folder', path: 'kernel/gc.ts', text: `import { StargateClient } from '@cosmjs/stargate';`, finds: ['1 package'] },
  { says: 'a package by a path inside it', path: 'kernel/store/bundle.ts', text: `import { readZip } from '@endo/zip/reader.js';`, finds: [] },
  { says: 'a package for development is not shipped', path: 'kernel/capdata.ts', text: `import { makeMarshal } from '@endo/marshal';`, finds: ['1 package'] },
  { says: 'the bundler is apart', path: 'app/bundler/child.ts', text: `import bundleSource from '@endo/bundle-source';`, finds: [] },
  { says: 'and nobody else bundles in process', path: 'app/app.ts', text: `import bundleSource from '@endo/bundle-source';`, finds: ['1 package'] },
  { says: 'a script may use the compiler', path: 'scripts/tidy.ts', text: `import ts from 'typescript';`, finds: [] },
  { says: 'a folder that the table does not name', path: 'extra/a.ts', text: `export {};`, finds: ['0 boundary'] },
];

for (const { says, path, text, finds } of cases) {
  test(says, () => { assert.deepEqual(judge(path, text), finds); });
}

test('an allowed package that package.json does not declare is a finding', () => {
  assert.deepEqual(judge('app/metrics.ts', `import client from 'prom-client';`), ['1 package']);
});
