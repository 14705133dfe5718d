/** `npm run golden`, its second part: writes screens.txt anew. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../chain/codec/roots.js';
import { screensText } from './screens.js';

writeFileSync(join(packageRoot, 'test', 'golden', 'forensics', 'screens.txt'), screensText);
