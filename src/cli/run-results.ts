/** What --json says of a run folder beside its summary: where things are, and what became of every class. */
import { join } from 'node:path';
import type { FileStorage } from '../node/file-storage.ts';
import { readClaims } from '../runs/claims.ts';

export interface RunResults {
  readonly folder: string;
  /** Paths; absent where nothing is to be shown yet. */
  readonly report?: string;
  readonly grid?: string;
  /** One per picture, in the order of the archive. */
  readonly results: readonly {
    /** What was climbed, of an ascent. */
    readonly objective?: string;
    readonly class: number;
    readonly label: string;
    readonly confidence: number;
    /** Path of the PNG. */
    readonly picture: string;
  }[];
}

/** @throws RunFolderError when a record is damaged */
export async function runResults(storage: FileStorage, folder: string): Promise<RunResults> {
  if (!(await storage.read('archive.json'))) return { folder, results: [] };
  const { claims } = await readClaims(storage, folder);
  return {
    folder,
    ...reportFiles(folder),
    results: claims.map(({ objective, class: number, label, confidence, picture }) => ({
      ...(objective !== undefined && { objective }),
      class: number,
      label,
      confidence,
      picture: join(folder, picture),
    })),
  };
}

export const reportFiles = (folder: string) => ({
  report: join(folder, 'report.html'),
  grid: join(folder, 'grid.png'),
});
