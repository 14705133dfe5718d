import { swapSuite } from './suite.js';

swapSuite('embedded');
