/** The command line as a function from arguments to an exit code. */
import { Command, CommanderError } from 'commander';
import { CliFailure, describeFailure, exitCodes, ReportedFailure } from './failure.js';
import type { Io } from './io.js';
import { closePrompts } from './prompt.js';
import { withGlobalFlags } from './settings.js';
import { programVersion } from './version.js';
import { verbs, type AddVerb } from './verbs.js';

/** Runs one command. `args` are without the program's own name. Never throws; the exit codes are those of failure.ts. */
export async function runCli(args: readonly string[], io: Io, added: readonly AddVerb[] = verbs): Promise<number> {
  try {
    await makeProgram(io, added).parseAsync([...args], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    return report(error, io);
  } finally {
    closePrompts(io);
  }
}

function makeProgram(io: Io, added: readonly AddVerb[]): Command {
  const program = withGlobalFlags(new Command('windlass'))
    .description('A validator application for Cosmos-style chains with an object-capability kernel.')
    .version(programVersion(), '-V, --version', 'print the version')
    .configureOutput({ writeOut: text => io.out(text), writeErr: text => io.err(text) })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride()
    .addHelpText('after', '\nExample: a chain of your own, with ten funded accounts\n  windlass start --dev');
  for (const add of added) add(program, io);
  return program;
}

function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage; // it has spoken already
  if (error instanceof ReportedFailure) return error.exitCode;
  io.err(describeFailure(error, io.env['WINDLASS_DEBUG'] === '1'));
  return error instanceof CliFailure ? error.exitCode : exitCodes.refused;
}
