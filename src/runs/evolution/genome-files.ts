/**
 * Genomes on their way to the run folder and back. A CPPN, or a small direct genome, stands in the JSON of the archive;
 * a large direct genome is a separate file, written once, when its elite first appears in a checkpoint. An elite's
 * identity names its genome for good, so only cells whose elite is another than at the last save are read back.
 */
import { crc32 } from '../../storage/crc32.ts';
import { decodeBytes, encodeBytes } from '../../util/base64.ts';
import type { Genome } from '../../genome/genome.ts';
import type { Storage } from '../../storage/storage.ts';
import { genomePath } from './genome-path.ts';
import type { SerialisedGenome } from './records.ts';
import type { Occupied } from './save-writer.ts';

/**
 * The largest direct genome that JSON holds, in bytes. A thousand of them are 22 MB of base64, which is quick to write
 * and parse at every checkpoint; MNIST's (1.5 kB) stay in place. Those of pictures of 3 × 256 × 256 (393 kB) would be
 * 524 MB, rewritten at every checkpoint, and all that a string of V8 may hold.
 */
export const largestInline = 16_384;

/** In the folder `genomes`: a file of ours, or what a process killed while writing one left of it. */
const ours = /^\d{4,}-\d+\.genes(\.\d+)?$/;

export class SavedGenomes {
  /** By cell: what the JSON says of its elite. */
  readonly #saved = new Map<number, { readonly id: number; readonly stored: SerialisedGenome }>();

  constructor(private readonly storage: Storage) {}

  /** Says that a genome is in the run folder already. */
  remember(cell: number, id: number, stored: SerialisedGenome): void {
    this.#saved.set(cell, { id, stored });
  }

  /** Writes what goes into files. @param genomes by cell, of elites that no save has kept yet */
  async save(elites: readonly Occupied[], genomes: ReadonlyMap<number, Genome>): Promise<void> {
    for (const { cell, class: number, elite } of elites) {
      const genome = genomes.get(cell);
      if (genome) this.remember(cell, elite.id, await this.#store(genome, genomePath(number, elite.id)));
    }
  }

  /** What the JSON is to say of a saved elite's genome. */
  stored({ cell, elite }: Occupied): SerialisedGenome {
    const saved = this.#saved.get(cell);
    if (saved?.id === elite.id) return saved.stored;
    throw new Error(`the genome of elite ${String(elite.id)} in cell ${String(cell)} has not been saved`);
  }

  async #store(genome: Genome, file: string): Promise<SerialisedGenome> {
    if (genome.encoding === 'cppn') return genome;
    const { encoding, bytes } = genome;
    if (bytes.length <= largestInline) return { encoding, genes: encodeBytes(bytes) };
    await this.storage.write(file, bytes);
    return { encoding, file, crc32: crc32(bytes) };
  }
}

/**
 * A genome that JSON holds or names.
 * @throws RangeError when its file is gone or damaged, or its text is no base64
 */
export async function readGenome(storage: Storage, stored: SerialisedGenome): Promise<Genome> {
  if (stored.encoding === 'cppn') return stored;
  const { encoding } = stored;
  if ('genes' in stored) return { encoding, bytes: decodeBytes(stored.genes) };
  const bytes = await storage.read(stored.file);
  if (!bytes) throw new RangeError(`${stored.file} is missing`);
  if (stored.crc32 !== undefined && crc32(bytes) !== stored.crc32)
    throw new RangeError(`${stored.file} was damaged after it was written`);
  return { encoding, bytes: Uint8Array.from(bytes) };
}

/** Removes genome files that nothing names any more. */
export async function removeGenomes(storage: Storage, named: readonly SerialisedGenome[]): Promise<void> {
  const kept = new Set(named.flatMap((genome) => ('file' in genome ? [genome.file] : [])));
  for (const name of await storage.list('genomes')) {
    const path = `genomes/${name}`;
    if (ours.test(name) && !kept.has(path)) await storage.remove(path);
  }
}
