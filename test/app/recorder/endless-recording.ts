/**
 * Records heights until it is killed. Arguments: folder, the first height, its first crank. Each crank that is recorded whole is told on stdout, directly
 * after, so that whoever kills this knows what must be there.
 */
import { writeSync } from 'node:fs';
import { Recorder } from '../../../app/recorder/recorder.js';
import { playCrank, playHeight } from '../../support/recorder-drive.js';

const [folder = '', heightText = '1', crankText = '1'] = process.argv.slice(2);
const recorder = new Recorder({ folder, release: '1', segments: 4, segmentBytes: 256 * 1024, overflowBytes: 64 * 1024 * 1024, onTrouble: error => { throw error; } });
let [height, crank] = [BigInt(heightText), Number(crankText)];
recorder.open({ height: height - 1n, confirmed: height > 2n ? height - 2n : 0n });
for (;;) {
  playHeight(recorder, { height, firstCrank: crank, cranks: 0, until: 'run' });
  for (let n = 0; n < 20; n += 1, crank += 1) {
    playCrank(recorder, crank, (crank * 7919) % 2500);
    writeSync(1, `${height} ${crank}\n`);
  }
  height += 1n;
  recorder.confirm(height - 2n);
}
