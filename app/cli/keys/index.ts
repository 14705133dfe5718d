import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addAdd } from './add.js';
import { addDelete } from './delete.js';
import { addExport } from './export.js';
import { addImport } from './import.js';
import { addList } from './list.js';
import { addShow } from './show.js';

const verbs = [addAdd, addList, addShow, addImport, addExport, addDelete];

export function addKeys(program: Command, io: Io): void {
  const keys = program.command('keys').description('make and keep the keys that sign transactions');
  for (const add of verbs) add(keys, io);
}
