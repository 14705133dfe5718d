/** `slog diff` of two folders in a process of its own, so that its memory is its own: prints what it found and what it took, as JSON. */
import { diff } from '../../app/slog/diff/report.js';
import { ladderOf } from '../../app/slog/read/ladder.js';
import { openSource, readParts } from '../../app/slog/read/source.js';

const [a = '', b = ''] = process.argv.slice(2);
const start = performance.now();
const before = process.cpuUsage();
const ladders = await Promise.all([a, b].map(async name => ({ name, ladder: ladderOf(await readParts(await openSource(name, process.stdin))) })));
const [one, other] = ladders as [(typeof ladders)[number], (typeof ladders)[number]];
const { outcome, inCrank } = await diff(one, other, false);
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - start) / 1000;
process.stdout.write(JSON.stringify({ outcome, crank: inCrank?.crank, seconds, cpuSeconds: (user + system) / 1e6, rssMiB: process.resourceUsage().maxRSS / 1024 }));
process.stdin.destroy();
