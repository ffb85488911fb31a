/**
 * Random starts of counted random numbers; see `shaders/ascent/noise.wgsl`.
 * Cases: noise of one value and of many, of both kinds.
 */
import { threefry2x32 } from '../../random/threefry.ts';
import { atLeastOne, type Case, type FamilyCases, unwritten, words } from '../case.ts';
import { type FamilyReference, normalOf, type Operands, placeOf, sizes, uniformOf } from '../reference.ts';
import { noise, noiseFamily, type NoiseShape } from './noise.ts';

/** x[value, image] = SIZE · a number made of the words of (key of the image; value, 0) */
function noiseOf(operands: Operands, numberOf: (words: readonly [number, number]) => number) {
  const { BATCH, SIZE } = sizes(operands, 'BATCH', 'SIZE');
  const keys = operands.values('keys');
  return (index: number) => {
    const [value, image] = placeOf(index, 4 * BATCH);
    return SIZE * numberOf(threefry2x32([keys(2 * image), keys(2 * image + 1)], [value, 0]));
  };
}

export const noiseReference = {
  uniform_noise: { results: { x: (operands) => noiseOf(operands, ([word]) => 2 * uniformOf(word) - 1) } },
  gaussian_noise: { results: { x: (operands) => noiseOf(operands, normalOf) } },
} satisfies FamilyReference;

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

const noiseCases: FamilyCases<typeof noiseFamily> = {
  family: noiseFamily,
  reference: noiseReference,
  cases: { uniform_noise: casesOf('uniform'), gaussian_noise: casesOf('gaussian') },
};

export default noiseCases;
