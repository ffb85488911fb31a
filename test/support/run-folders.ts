/** Run folders on disk that hold what a run never made: records of `fakeRun`, and pictures that can be read. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../src/node/image-file.ts';
import type { SavedAscent } from '../../src/runs/ascent/read.ts';
import type { ReportInput } from '../../src/report/evolution-report.ts';
import type { MemoryStorage } from '../../src/storage/storage.ts';
import { ascentStorage } from '../report/fake-ascent.ts';
import { storageOf } from '../report/fake-run.ts';

export type ImageSize = readonly [channels: 1 | 3, height: number, width: number];

/** A picture whose bytes tell its seed. */
export function pictureOf([channels, height, width]: ImageSize, seed: number): Uint8Array {
  const pixels = Uint8Array.from(
    { length: channels * height * width },
    (_, index) => (index * 7 + seed * 31) % 256,
  );
  return encodePng({ extent: [channels, height, width], bytes: pixels });
}

/** The records of a run whose pictures have a size, and whose seed and labels are another's or its own. */
export function sized<Run extends ReportInput>(run: Run, image: ImageSize, seed = 1): Run {
  const settings = { ...run.run.settings, seed };
  return { ...run, run: { ...run.run, settings, model: { ...run.run.model, image } } };
}

/** An evolution's folder; pictures take turns among a few. */
export async function writeRunFolder(folder: string, input: ReportInput): Promise<void> {
  const [channels, height, width] = input.run.model.image;
  const few = Array.from({ length: 8 }, (_, seed) =>
    pictureOf([channels === 1 ? 1 : 3, height, width], seed),
  );
  save(folder, await storageOf(input));
  mkdirSync(join(folder, 'images'), { recursive: true });
  for (const [index, { class: number }] of input.cells.entries())
    writeFileSync(join(folder, 'images', `${String(number).padStart(4, '0')}.png`), few[index % 8]!);
}

export async function writeAscentFolder(folder: string, ascent: SavedAscent): Promise<void> {
  const [channels, height, width] = ascent.run.model.image;
  save(folder, await ascentStorage(ascent));
  mkdirSync(join(folder, 'images'), { recursive: true });
  for (const [index, { picture }] of ascent.rows.entries())
    writeFileSync(join(folder, picture), pictureOf([channels === 1 ? 1 : 3, height, width], index));
}

function save(folder: string, storage: MemoryStorage): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of storage.files) writeFileSync(join(folder, name), bytes);
}
