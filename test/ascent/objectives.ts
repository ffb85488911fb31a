/** Models without weights, and objectives that they have. */
import fc from 'fast-check';
import type { ObjectiveModel } from '../../src/ascent/objective/check-objective.ts';
import { classMeasures, type Term } from '../../src/ascent/objective/objective.ts';
import { formatObjective } from '../../src/ascent/objective/parse-objective.ts';
import { architectures, usualLabels } from '../../src/model/architectures/index.ts';
import { placeLayers } from '../../src/network/placement.ts';

export function modelOf(name: string, classes: number): ObjectiveModel {
  const architecture = architectures.get(name)!(classes);
  return { architecture, labels: usualLabels(name, classes) };
}

/** Magnitudes of factors, far from the limits of binary32. */
const size = fc.oneof(fc.constant(1), fc.double({ min: 1e-30, max: 1e30, noNaN: true }));
const weights = fc.tuple(size, fc.boolean()).map(([value, negative]) => (negative ? -value : value));

/** Units in the words that `parseObjective` gives back. */
function units({ architecture, labels }: ObjectiveModel): fc.Arbitrary<Term> {
  const classTerm = fc.record({
    of: fc.constantFrom(...classMeasures),
    class: fc.nat(labels.length - 1),
    weight: weights,
  });
  const inner = placeLayers(architecture, false).slice(0, -1);
  const unitTerm = fc.constantFrom(...inner).chain(({ layer, output: { extent } }) => {
    const [channels, height, width] = extent;
    const term = { of: fc.constant('unit' as const), layer: fc.constant(layer.name), weight: weights };
    const channel = fc.nat(channels - 1);
    if (height * width === 1) return fc.record({ ...term, channel });
    const place = fc.tuple(fc.nat(width - 1), fc.nat(height - 1));
    return fc.oneof(fc.record({ ...term, channel }), fc.record({ ...term, channel, place }));
  });
  return fc.oneof(classTerm, unitTerm);
}

export const termLists = (model: ObjectiveModel): fc.Arbitrary<Term[]> =>
  fc.uniqueArray(units(model), {
    minLength: 1,
    maxLength: 6,
    selector: (term) => formatObjective({ terms: [{ ...term, weight: 1 }] }),
  });
