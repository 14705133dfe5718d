#!/usr/bin/env node
/** The bin: hands the world to the program, and its exit code to the world. */
import { processIo } from './io.js';
import { runCli } from './program.js';

// A reader that closes early (such as head) is no failure of ours.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
});

process.exitCode = await runCli(process.argv.slice(2), processIo());
