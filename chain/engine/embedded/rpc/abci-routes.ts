/** Methods that ask the application. */
import { queryToJson } from './views.js';
import { base64Of } from './json.js';
import { abciVersion, blockProtocol, cometVersion, p2pProtocol } from '../block-maker.js';
import { invalidParams } from './errors.js';
import type { Routes } from './routes.js';

export const abciRoutes: Routes = {
  abci_query: {
    params: ['path', 'data', 'height', 'prove'],
    async run({ application }, args) {
      const height = args.integer('height') ?? 0n;
      if (height < 0n) throw invalidParams(`height: ${height} is negative`);
      const answer = await application.query({ path: args.text('path'), data: args.bytes('data', 'hex'), height, prove: args.flag('prove') });
      return { response: queryToJson(answer) };
    },
  },
  abci_info: {
    params: [],
    async run({ application }) {
      const info = await application.info({ version: cometVersion, blockVersion: blockProtocol, p2pVersion: p2pProtocol, abciVersion });
      return {
        response: {
          ...(info.data !== '' && { data: info.data }),
          ...(info.version !== '' && { version: info.version }),
          ...(info.appVersion > 0n && { app_version: String(info.appVersion) }),
          ...(info.lastBlockHeight > 0n && { last_block_height: String(info.lastBlockHeight) }),
          ...(info.lastBlockAppHash.length > 0 && { last_block_app_hash: base64Of(info.lastBlockAppHash) }),
        },
      };
    },
  },
};
