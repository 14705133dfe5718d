/** The node's log on stderr: a line for people, or JSON for machines. Nothing decides by it, and nothing of it is hashed. */
import pino from 'pino';

export type LogFormat = 'plain' | 'json';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** `write` takes whole lines. */
export function makeLog(level: LogLevel, format: LogFormat, write: (line: string) => void): pino.Logger {
  const sink = { write: (line: string) => write(format === 'json' ? line : plainLine(line)) };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, sink);
}

const levelNames: Readonly<Record<number, string>> = { 20: 'DBG', 30: 'INF', 40: 'WRN', 50: 'ERR' };

/** 10:21:07.123 INF message key=value … */
function plainLine(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as { level: number; time: string; msg?: string };
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${typeof value === 'string' && !/[\s"]/.test(value) ? value : JSON.stringify(value)}`);
  return `${time.slice(11, 23)} ${levelNames[level] ?? String(level)} ${msg ?? ''}${rest.join('')}\n`;
}
