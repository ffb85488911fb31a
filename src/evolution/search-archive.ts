/** The archive of a search on a device: its elites have genomes and images, which are read when they are asked for. */
import type { Genome } from '../genome/genome.ts';
import type { Image } from '../image/image.ts';
import { Archive, type Elite } from './archive.ts';

/** An elite with the class whose cell it holds. */
export interface ArchiveElite extends Elite {
  readonly cell: number;
  readonly class: number;
  /** Of the class, as the model calls it. */
  readonly label?: string;
  /** Read of the device; throws once another elite has its cell. */
  readonly genome: () => Promise<Genome>;
  /** The bytes that were judged, [channels, height, width]; read of the device, throws once another elite has its cell. */
  readonly image: () => Promise<Image>;
}

/** Where the genome and the image of a cell's elite are. */
export interface EliteStore {
  readonly genome: (cell: number) => Promise<Genome>;
  readonly image: (cell: number) => Promise<Image>;
}

/** The archive of a search: with classes and labels of its cells, and the elites' genomes and images. */
export class SearchArchive extends Archive {
  /**
   * @param classes of the cells
   * @param labels of all classes of the model
   */
  constructor(
    readonly classes: readonly number[],
    private readonly labels: readonly string[],
    private readonly store: EliteStore,
  ) {
    super(classes.length);
  }

  /** Every elite, in the order of the cells, of which some may be empty; by cell, as MAP-Elites has them (paper §2.2). */
  elites(): ArchiveElite[] {
    return this.classes.flatMap((number, cell): ArchiveElite[] => {
      const elite = this.elite(cell);
      if (!elite) return [];
      const label = this.labels[number];
      return [
        {
          ...elite,
          ...{ cell, class: number },
          ...(label !== undefined && { label }),
          genome: () => this.#of(elite, cell, this.store.genome),
          image: () => this.#of(elite, cell, this.store.image),
        },
      ];
    });
  }

  async #of<T>({ id }: Elite, cell: number, read: (cell: number) => Promise<T>): Promise<T> {
    if (this.elite(cell)?.id !== id)
      throw new Error(`elite ${String(id)} no longer holds cell ${String(cell)}: ask for elites() again`);
    return read(cell);
  }
}
