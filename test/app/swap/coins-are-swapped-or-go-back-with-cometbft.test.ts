import { cometOrReason } from '../../chain/comet/support.js';
import { swapSuite } from './suite.js';

swapSuite('cometbft', (await cometOrReason()).skip);
