/** Empties a run folder of what runs of either kind leave there, and of nothing else. */
import type { Storage } from '../storage/storage.ts';

const files = [
  'progress.jsonl',
  'archive.json',
  'lineage.json',
  'history.jsonl',
  'trials.json',
  'summary.json',
  'grid.png',
  'report.html',
];

/** Of one class's ancestry. */
const lineage = /^lineage-\d+\.(html|png|gif)$/;

/** By class, or by place and name. */
const picture = /^\d{4,}(-[A-Za-z0-9-]*)?\.png$/;

/** Of a picture's file, whether the run that is replaced has written it. */
export type IsOurs = (name: string) => boolean;

/** What is ours in each folder; with a number at its end, what a process killed while writing left. */
const folders: Readonly<Record<string, RegExp>> = {
  genomes: /^\d{4,}-\d+\.genes(\.\d+)?$/,
  thumbnails: /^\d{4,}(\.jpg|(-[A-Za-z0-9-]*)?\.png)$/,
  animations: /^\d{4,}\.gif$/,
  differences: picture,
  starts: /^\d{4,}\.png$/,
  checkpoint: /^((state|ascent)(\.previous)?\.json|\d+-\d+\.bin)(\.\d+)?$/,
};

/** The same of folders of folders 0000, 0001, … */
const numbered: Readonly<Record<string, RegExp>> = { trials: picture, frames: /^\d{4,}\.png$/ };

/** @param isOurs of what lies in `images`, where people keep pictures of their own */
export async function clearFolder(storage: Storage, isOurs: IsOurs): Promise<void> {
  for (const file of files) await storage.remove(file);
  for (const file of (await storage.list('')).filter((name) => lineage.test(name)))
    await storage.remove(file);
  await empty(storage, 'images', isOurs);
  for (const [folder, ours] of Object.entries(folders))
    await empty(storage, folder, (name) => ours.test(name));
  for (const [folder, ours] of Object.entries(numbered)) {
    for (
      let number = 0;
      await empty(storage, `${folder}/${String(number).padStart(4, '0')}`, (name) => ours.test(name));
      number++
    );
  }
}

/** @returns whether there was anything of ours */
async function empty(storage: Storage, folder: string, isOurs: IsOurs): Promise<boolean> {
  const names = (await storage.list(folder)).filter(isOurs);
  for (const name of names) await storage.remove(`${folder}/${name}`);
  return names.length > 0;
}
