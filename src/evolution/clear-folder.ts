/** Empties a run folder of what runs of either kind leave there, and of nothing else. */
import type { Storage } from '../storage/storage.ts';

const files = [
  'progress.jsonl',
  'archive.json',
  'history.jsonl',
  'trials.json',
  'summary.json',
  'grid.png',
  'report.html',
];
const folders = ['images', 'genomes', 'animations', 'checkpoint'];
/** Folders of folders 0000, 0001, … */
const numbered = ['trials', 'frames'];
/** A file of ours, or what a process killed while writing one left of it. */
const ours = /^[\w-]+\.(png|gif|json|bin|genes)(\.\d+)?$/;

export async function clearFolder(storage: Storage): Promise<void> {
  for (const file of files) await storage.remove(file);
  for (const folder of folders) await empty(storage, folder);
  for (const folder of numbered) {
    for (let number = 0; await empty(storage, `${folder}/${String(number).padStart(4, '0')}`); number++);
  }
}

/** @returns whether there was anything of ours */
async function empty(storage: Storage, folder: string): Promise<boolean> {
  const names = (await storage.list(folder)).filter((name) => ours.test(name));
  for (const name of names) await storage.remove(`${folder}/${name}`);
  return names.length > 0;
}
