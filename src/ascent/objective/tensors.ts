/** What objectives say of a network's layers, as the tensors that the device reads. */
import { noClassWatched } from '../../kernels/ascent/objective.ts';
import type { Architecture, Extent } from '../../network/layer.ts';
import { volume } from '../../network/layer.ts';
import { classMeasures, type Objective, type UnitTerm } from './objective.ts';

/** Weights [3, classes, batch] of probabilities, logits and their logarithms: zero in lanes without an objective. */
export function classWeights(
  objectives: readonly Objective[],
  classes: number,
  batch: number,
): Float32Array<ArrayBuffer> {
  const rows = { probability: 0, logit: 1, 'log-probability': 2 } as const;
  const weights = new Float32Array(classMeasures.length * classes * batch);
  for (const [lane, { terms }] of objectives.entries()) {
    for (const term of terms) {
      if (term.of === 'unit') continue;
      const at = (rows[term.of] * classes + term.class) * batch + lane;
      weights[at] = (weights[at] ?? 0) + term.weight;
    }
  }
  return weights;
}

/** The class that each lane watches, [batch]. */
export function watchedClasses(objectives: readonly Objective[], batch: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: batch }, (_, lane) => objectives[lane]?.watched ?? noClassWatched);
}

/** What every activation of a layer is worth to the objectives, [channels, height, width, batch]: the gradient that starts there. */
export function unitWeights(
  objectives: readonly Objective[],
  layer: string,
  extent: Extent,
  batch: number,
): Float32Array<ArrayBuffer> {
  const [, height, width] = extent;
  const weights = new Float32Array(volume(extent) * batch);
  for (const [lane, { terms }] of objectives.entries()) {
    for (const term of terms) {
      if (term.of === 'unit' && term.layer === layer) addUnit(weights, term, { height, width, batch, lane });
    }
  }
  return weights;
}

function addUnit(
  weights: Float32Array,
  { channel, place, weight }: UnitTerm,
  {
    height,
    width,
    batch,
    lane,
  }: { readonly height: number; readonly width: number; readonly batch: number; readonly lane: number },
): void {
  const first = channel * height * width;
  const places = place
    ? [first + place[1] * width + place[0]]
    : Array.from({ length: height * width }, (_, index) => first + index);
  for (const index of places) {
    const at = index * batch + lane;
    weights[at] = (weights[at] ?? 0) + weight / places.length;
  }
}

/** Layers other than the last that some objective is about, in the network's order, and whether the logits are needed. */
export function layersOf(
  { layers }: Architecture,
  objectives: readonly Objective[],
): { readonly units: readonly string[]; readonly logits: boolean } {
  const terms = objectives.flatMap((objective) => objective.terms);
  const named = new Set(terms.flatMap((term) => (term.of === 'unit' ? [term.layer] : [])));
  return {
    units: layers.map(({ name }) => name).filter((name) => named.has(name)),
    logits: terms.some((term) => term.of !== 'unit'),
  };
}
