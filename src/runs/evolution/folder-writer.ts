/**
 * Writes what a search hands over into its run folder, in an order that leaves the folder usable wherever it is cut off. A picture
 * that is there is always that of the archive's elite: those of elites that are replaced go before the archive names others.
 */
import { ancestorsOf } from '../../evolution/ancestor-numbers.ts';
import { genomesOf } from '../../genome/cppn-numbers.ts';
import type { Genome } from '../../genome/genome.ts';
import type { Storage } from '../../storage/storage.ts';
import { eachOf } from '../../util/each-of.ts';
import { messageOf } from '../../util/message-of.ts';
import { picturePath, RunFolder, type EncodePicture } from './folder.ts';
import { SavedGenomes } from './genome-files.ts';
import type { CellRecord } from './records.ts';
import type {
  ElitePicture,
  HandedGenomes,
  Occupied,
  ProgressLine,
  SaveWriter,
  Snapshot,
  WriterSetup,
} from './save-writer.ts';

/** Pictures that are being written at a time: a disk takes about as long to flush one as it takes to compress the next. */
const picturesAtOnce = 4;

/** The writer of this thread. */
export class FolderWriter implements SaveWriter {
  readonly inBackground = false;
  readonly #folder: RunFolder;
  readonly #genomes: SavedGenomes;
  /** Elite of each class whose picture the folder may have. */
  readonly #pictured: Map<number, number | null>;
  /** Of the checkpoint that the next one will be kept beside; unknown where another writer has written it. */
  #savedCells: readonly CellRecord[] | undefined;
  /** Generation of the last line that was taken. */
  #lastLine = -1;
  #takesOver: boolean;

  constructor(
    private readonly storage: Storage,
    encode: EncodePicture,
    private readonly setup: WriterSetup,
  ) {
    const { run, cells, pictured, takesOver } = setup;
    this.#folder = new RunFolder(storage, encode, run);
    this.#genomes = new SavedGenomes(storage);
    this.#pictured = new Map(pictured);
    this.#savedCells = takesOver ? undefined : cells;
    this.#takesOver = takesOver;
    for (const [cell, { id, genome }] of cells.entries()) this.#genomes.remember(cell, id, genome);
  }

  async save(snapshot: Snapshot): Promise<readonly string[]> {
    const { elites, genomes, lines, generations, seconds, milliseconds, backgroundSaving } = snapshot;
    await this.#genomes.save(elites, unpacked(genomes));
    await this.#writeLines(lines);
    const cells = elites.map((one) => this.#record(one));
    await this.#removeOutdated(elites);
    const { mark, version, model, adapter } = this.setup.run;
    await this.#folder.writeState(cells, {
      format: 3,
      ...(mark !== undefined && { mark }),
      version,
      model: model.sha256,
      architecture: model.architecture,
      adapter: adapter.description,
      ...{ generations, seconds, milliseconds, backgroundSaving, cells },
      ancestors: ancestorsOf(snapshot.ancestors),
    });
    return this.#removeOldGenomes(cells);
  }

  async writePictures(pictures: readonly ElitePicture[]): Promise<void> {
    // While some are flushed, another one is compressed.
    await eachOf(pictures, picturesAtOnce, ({ class: number, image }) =>
      this.#folder.writePicture(number, image),
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #writeLines(lines: readonly ProgressLine[]): Promise<void> {
    const [first] = lines;
    if (this.#takesOver && first) await this.#folder.cutProgress(first.record.generation);
    this.#takesOver = false;
    for (const { record, confidences } of lines) {
      // Lines of a save that failed come again.
      if (record.generation <= this.#lastLine) continue;
      this.#folder.progress({ ...record, confidences: [...confidences] });
      this.#lastLine = record.generation;
    }
    await this.#folder.flushProgress();
  }

  /** The summary and the pictures of what the archive is about to leave behind. */
  async #removeOutdated(elites: readonly Occupied[]): Promise<void> {
    if (this.#pictured.size === 0) return;
    await this.storage.remove('summary.json');
    for (const { class: number, elite } of elites) {
      const pictured = this.#pictured.get(number);
      if (pictured === undefined || pictured === elite.id) continue;
      await this.storage.remove(picturePath(this.setup.run, number));
      this.#pictured.delete(number);
    }
  }

  async #removeOldGenomes(cells: readonly CellRecord[]): Promise<readonly string[]> {
    const before = this.#savedCells;
    try {
      if (before) await this.#folder.removeOldGenomes([...before, ...cells]);
      this.#savedCells = cells;
      return [];
    } catch (error) {
      // They only take room, and the next checkpoint tries again.
      return [`old genome files are left in the run folder: ${messageOf(error)}`];
    }
  }

  #record(one: Occupied): CellRecord {
    // Keys in one order, whether the elite was born in this process or read from a checkpoint.
    const { confidence, logOdds, id, parent, generation, goalSwitches, replacements } = one.elite;
    const label = this.setup.run.model.labels[one.class] ?? '';
    const genome = this.#genomes.stored(one);
    const sureness = { confidence, ...(logOdds !== undefined && { logOdds }) };
    const counts = { goalSwitches, ...(replacements !== undefined && { replacements }) };
    return { class: one.class, label, ...sureness, id, parent, generation, ...counts, genome };
  }
}

function unpacked(handed: HandedGenomes): Map<number, Genome> {
  const genomes: readonly Genome[] =
    'cppn' in handed
      ? genomesOf(handed.cppn)
      : handed.direct.map((bytes): Genome => ({ encoding: 'direct', bytes }));
  return new Map(
    handed.cells.flatMap((cell, index): [number, Genome][] => {
      const genome = genomes[index];
      return genome ? [[cell, genome]] : [];
    }),
  );
}
