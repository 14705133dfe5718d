/** What vats and liveslots print goes to the host, for people only. */
import { unmetered } from './meter.js';
import { ask } from './port.js';

const levels = ['debug', 'log', 'info', 'warn', 'error'] as const;
type Level = (typeof levels)[number];
type Console = Readonly<Record<Level, (...parts: unknown[]) => void>>;

function tellHost(source: string, level: string, parts: readonly unknown[]): void {
  unmetered(() => { ask(JSON.stringify(['sourcedConsole', source, level, ...parts.map(String)])); });
}

/** A console whose lines say where they come from. The lockdown's console renders the values and calls `print` with texts. */
export function makeConsole(source: string): Console {
  const makePrinter = (level: Level) => (...parts: unknown[]): void => {
    const before = globalThis.print;
    try {
      globalThis.print = (...texts) => { tellHost(source, level, texts); };
      console[level](...parts);
    } finally {
      globalThis.print = before;
    }
  };
  return harden(Object.fromEntries(levels.map(level => [level, makePrinter(level)])) as Console);
}

/** What is printed past every console, such as an exception that nobody handled. */
export function printToHost(...parts: unknown[]): void {
  tellHost('xsnap', 'error', parts);
}
