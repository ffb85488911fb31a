/**
 * Which variants run which shapes in `npm test`: compiling all pairs takes a driver minutes, and most of them find what others
 * find. `npm run test:full` runs all.
 */
import { full } from '../support/full.ts';

/** A way in which the work may not fill a tile, or ends at an edge. */
export interface Edge<Variant, Shape> {
  readonly name: string;
  readonly met: (variant: Variant, shape: Shape) => boolean;
}

/** Every variant runs: all that is asked of it where its tiles do the same as in another test. */
export const once: Edge<unknown, unknown> = { name: 'runs', met: () => true };

export interface Matrix<Variant, Shape> {
  readonly variants: readonly Variant[];
  readonly shapes: readonly Shape[];
  /** Where what a variant does depends on its tile. */
  readonly edges: readonly Edge<Variant, Shape>[];
  /** Of variants that differ in their tile alone, which is what is in common. */
  readonly kindOf: (variant: Variant) => string;
  /** What a pair takes to compile, in any unit. */
  readonly costOf: (variant: Variant, shape: Shape) => number;
}

export type Pair<Variant, Shape> = readonly [variant: Variant, shape: Shape];

export function allPairs<Variant, Shape>({
  variants,
  shapes,
}: Matrix<Variant, Shape>): Pair<Variant, Shape>[] {
  return variants.flatMap((variant) => shapes.map((shape): Pair<Variant, Shape> => [variant, shape]));
}

/** Variants of a kind that meet all edges, one of which could hide what the other shows. */
const tilesAtEdges = full ? 2 : 1;

/**
 * Pairs such that every variant and every shape runs, and the variants of a kind that compile fastest meet every edge that
 * they can meet: those that do so for the least cost, taken one after the other. The same each time.
 */
export function coveringPairs<Variant, Shape>(matrix: Matrix<Variant, Shape>): Pair<Variant, Shape>[] {
  const { variants, edges, costOf } = matrix;
  const atEdges = fastestOfKinds(matrix);
  const candidates = allPairs(matrix).map(([variant, shape]) => {
    const place = String(variants.indexOf(variant));
    const met = [once, ...(atEdges.has(variant) ? edges : [])]
      .filter((edge) => edge.met(variant, shape))
      .map(({ name }) => `${place}: ${name}`);
    const shapeRuns = `shape ${String(matrix.shapes.indexOf(shape))}`;
    return { pair: [variant, shape] as const, wants: [shapeRuns, ...met], cost: costOf(variant, shape) };
  });
  const wanted = new Set(candidates.flatMap(({ wants }) => wants));
  const taken: (typeof candidates)[number][] = [];
  while (wanted.size > 0) {
    const worth = candidates.map(({ wants, cost }) => wants.filter((want) => wanted.has(want)).length / cost);
    const best = candidates[worth.indexOf(Math.max(...worth))]!;
    for (const want of best.wants) wanted.delete(want);
    taken.push(best);
  }
  return candidates.filter((candidate) => taken.includes(candidate)).map(({ pair }) => pair);
}

/** The variants of each kind that are to meet all edges. */
export function fastestOfKinds<Variant, Shape>(matrix: Matrix<Variant, Shape>): Set<Variant> {
  const { variants, shapes, kindOf, costOf } = matrix;
  const least = new Map(
    variants.map((variant) => [variant, Math.min(...shapes.map((shape) => costOf(variant, shape)))]),
  );
  const byCost = [...variants].sort((a, b) => least.get(a)! - least.get(b)!);
  return new Set(
    byCost.filter(
      (variant) =>
        byCost.filter((other) => kindOf(other) === kindOf(variant)).indexOf(variant) < tilesAtEdges,
    ),
  );
}

/** For what variants of a kind share: how they load or store. */
export function ofEveryKind<Variant, Shape>(matrix: Matrix<Variant, Shape>): Matrix<Variant, Shape> {
  return { ...matrix, variants: [...fastestOfKinds(matrix)] };
}

/** Whether what is cut into tiles fills them: whole or not, fewer than one has, or several. */
export function tileEdges<Variant, Shape>(
  what: string,
  sizes: (variant: Variant, shape: Shape) => readonly [size: number, tile: number],
): Edge<Variant, Shape>[] {
  const edge = (name: string, met: (size: number, tile: number) => boolean): Edge<Variant, Shape> => {
    return { name: `${what} ${name}`, met: (variant, shape) => met(...sizes(variant, shape)) };
  };
  return [
    edge('that fill no whole number of tiles', (size, tile) => size % tile !== 0),
    edge('that are fewer than a tile has', (size, tile) => size < tile),
    edge('that take several tiles', (size, tile) => size > tile),
  ];
}
