/**
 * The syscalls that need no answer wait here, as JSON, in the order made. They reach the host before any read does, when
 * there are many, and at the latest with the reply: so the host sees the same sequence as if each had gone alone.
 */
import { ask } from './port.js';

/** UTF-16 units that may wait. */
const waitingMax = 256 * 1024;

let waiting: string[] = [];
let size = 0;

/** Takes a syscall that needs no answer. With the meter off. */
export function post(syscall: string): void {
  waiting.push(syscall);
  size += syscall.length;
  if (size >= waitingMax) ask(frame(takeWaiting()));
}

/** Sends what waits and, as the last of the frame, a syscall whose answer is returned. With the meter off. */
export function askSyscall(syscall: string): readonly unknown[] {
  waiting.push(syscall);
  return ask(frame(takeWaiting()));
}

/** All that waits as a JSON list, or undefined; it is the host's now. */
export function takeWaiting(): string | undefined {
  if (waiting.length === 0) return undefined;
  const list = `[${waiting.join(',')}]`;
  waiting = [];
  size = 0;
  return list;
}

function frame(list: string | undefined): string {
  return `["syscalls",${list ?? '[]'}]`;
}
