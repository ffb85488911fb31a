/** Random starts of counted random numbers; see `shaders/ascent/noise.wgsl`. */
import { threefry2x32 } from '../../random/threefry.ts';
import { normalOf, placeOf, sizes, uniformOf, type FamilyReference, type Operands } from '../reference.ts';

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
