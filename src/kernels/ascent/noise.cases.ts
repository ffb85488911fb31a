/** Noise of one value and of many, of both kinds. */
import { atLeastOne, unwritten, words, type Case, type FamilyCases } from '../case.ts';
import { noiseReference } from './noise.reference.ts';
import { noise, type NoiseShape } from './noise.ts';

const shapes = [
  { values: 1, batch: 4, size: 1 },
  { values: 105, batch: 12, size: 30.5 },
];

const casesOf = (kind: NoiseShape['kind']) =>
  atLeastOne(
    shapes.map((shape): Case => ({
      name: `${String(shape.values)} values in ${String(shape.batch)} images`,
      launch: () => noise({ ...shape, kind }),
      operands: { keys: words(2 * shape.batch), x: unwritten(shape.values * shape.batch) },
      // WGSL allows a cosine to be off by 2^−11, which the radius of rare values multiplies by up to 5.8.
      tolerance: kind === 'uniform' ? { atol: 0, rtol: 2 ** -23 } : { atol: 3e-3 * shape.size, rtol: 1e-5 },
    })),
  );

export const noiseCases: FamilyCases<keyof typeof noiseReference> = {
  reference: noiseReference,
  cases: { uniform_noise: casesOf('uniform'), gaussian_noise: casesOf('gaussian') },
};
