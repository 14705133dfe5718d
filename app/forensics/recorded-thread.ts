/** The thread of crank-reader.ts: reads one step from a recorder's folder, tells it, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { readCrank } from './recorded.js';

const { folder, height, step } = workerData as { readonly folder: string; readonly height: bigint; readonly step: number };
parentPort?.postMessage(readCrank(folder, height, step));
