/** The shape of a matrix product. */
import type { ImagesPerElement } from '../batch-width.ts';

/** Shape of c [rows, columns] = bias [rows] + a · b, with a [depth, rows] and b [depth, columns]. */
export interface MatmulShape {
  /** M: rows of the result. */
  readonly rows: number;
  /** N: columns of the result. */
  readonly columns: number;
  /** K: what is summed over. */
  readonly depth: number;
  /** Whether a is stored as halves, two to a word; `quads` tiles do not read those. */
  readonly packed?: boolean;
  /** Columns that are side by side in memory at least: of fewer than four, one or two with nothing beside them; default: 4. */
  readonly images?: ImagesPerElement;
}
