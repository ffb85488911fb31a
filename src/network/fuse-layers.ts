/** Layers that the kernel of the layer before does as well: rectified linear units, and pools whose windows lie side by side. */
import type { FollowingPool, NetworkTarget } from './layers/definition.ts';
import { definitionOf } from './layers/index.ts';
import { followingPool } from './layers/max-pool.ts';
import type { PlacedLayer } from './placement.ts';

/** A layer, and what its kernel does as well; the output is that of the last of them. */
export interface FusedLayer {
  readonly placed: PlacedLayer;
  readonly rectify: boolean;
  readonly pool?: FollowingPool;
  /** Names of the layers that are done as well. */
  readonly others: readonly string[];
}

/**
 * What is between a convolution, or a product, and a unit or a pool that follows is never written, unless it is read.
 * @param kept tensors that are read after the pass
 */
export function fuseLayers(
  layers: readonly PlacedLayer[],
  batch: number,
  target: NetworkTarget,
  kept: ReadonlySet<string>,
): FusedLayer[] {
  const all: FusedLayer[] = [];
  for (let index = 0; index < layers.length;) {
    const placed = layers[index];
    if (!placed) break;
    const fused = fusedOf(placed, layers[index + 1], batch, target, kept);
    all.push(fused);
    index += 1 + fused.others.length;
  }
  return all;
}

function fusedOf(
  placed: PlacedLayer,
  after: PlacedLayer | undefined,
  batch: number,
  target: NetworkTarget,
  kept: ReadonlySet<string>,
): FusedLayer {
  const alone = { placed, rectify: false, others: [] };
  if (!after || kept.has(placed.output.tensor)) return alone;
  const { layer, ...where } = after;
  const definition = definitionOf(placed.layer);
  const others = [layer.name];
  if (layer.kind === 'relu' && definition.canRectify)
    return { placed: { ...placed, output: after.output }, rectify: true, others };
  if (layer.kind !== 'max-pool') return alone;
  const pool = followingPool({ layer, ...where });
  return definition.canPool?.(placed, pool, batch, target) ? { placed, rectify: false, pool, others } : alone;
}
