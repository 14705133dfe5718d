/**
 * A host in small that starts workers and waits to be killed. Arguments: the home, how many. Its workers are stopped, so that
 * none ends by itself when their host is gone; `ready` is said on stdout.
 */
import { writeSync } from 'node:fs';
import { HostFacts } from '../../app/host-db/host-facts.js';
import { makeXsnapWorkerFactory } from '../../kernel/index.js';

const [home = '', count = '0'] = process.argv.slice(2);
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const factory = makeXsnapWorkerFactory({ mayOutliveNode: true });
const facts = await HostFacts.open({ home, log: quiet });
if (!factory.baseSnapshot) throw new Error('there is no base snapshot');
const heap = { file: factory.baseSnapshot.path };
const pids: number[] = [];
const workers = facts.life.workers({
  shutdown: () => factory.shutdown(),
  start: start => factory.start({
    ...start,
    onProcess: async noted => {
      pids.push(noted.pid);
      await start.onProcess?.(noted);
    },
  }),
});
for (let number = 1; number <= Number(count); number += 1) await workers.start({ name: `v${number}:bench`, vatId: `v${number}`, heap, computronsPerDelivery: 100_000_000 });
for (const pid of pids) process.kill(pid, 'SIGSTOP');
writeSync(1, `ready ${pids.join(' ')}\n`);
await new Promise(() => setInterval(() => undefined, 1000));
