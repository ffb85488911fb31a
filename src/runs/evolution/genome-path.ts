/** Where a run folder keeps the genomes that are too large for JSON. */

const genomeFile = /^genomes\/\d{4,}-\d+\.genes$/;

/** Whether a path from a file names a genome, and nothing else on the disk. */
export const isGenomePath = (path: string): boolean => genomeFile.test(path);

export const genomePath = (cellClass: number, id: number): string =>
  `genomes/${String(cellClass).padStart(4, '0')}-${String(id)}.genes`;
