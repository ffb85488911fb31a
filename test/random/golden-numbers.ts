/**
 * Numbers that an archive depends on, as hashes of their bits: they are to be the same under every version of Node (and were
 * not, when mutation used `**`). `print-golden-numbers.ts` prints them for a version that no test runs under.
 */
import { createHash } from 'node:crypto';
import { mat2d } from 'gl-matrix';
import { gaussianWeights } from '../../src/kernels/ascent/blur.ts';
import { mutateCppn, randomCppn } from '../../src/genome/cppn-genome.ts';
import { presets } from '../../src/ascent/optimiser/presets.ts';
import { sampleTrials } from '../../src/ascent/search/trials.ts';
import { defaultRanges } from '../../src/ascent/search/ranges.ts';
import { transformedView } from '../../src/ascent/transforms.ts';
import { waveBasis } from '../../src/ascent/parametrisation/waves.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { rateAt } from '../../src/model/training/training.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import {
  cosine,
  exponential,
  hypotenuse,
  logarithm,
  power,
  sine,
  sixteenthRoot,
  threeHalvesPower,
} from '../../src/random/fixed-math.ts';
import { RandomStream } from '../../src/random/threefry.ts';

/** Numbers of a function's arguments, from the first to the last. */
function spread(from: number, to: number, of: (x: number, uniform: number) => number): Float64Array {
  const random = RandomStream.of(1, 99);
  const count = 4000;
  return Float64Array.from({ length: count }, (_, at) =>
    of(from + ((to - from) * at) / count, random.uniform()),
  );
}

/** The children of children, each of a parent drawn from all before it. */
function lineage(outputs: number): string {
  const genomes = Array.from({ length: 10 }, (_, index) =>
    randomCppn(outputs, RandomStream.of(1, 2, 0, index)),
  );
  const random = RandomStream.of(1, 1);
  for (let child = 0; child < 1000; child++) {
    const parent = genomes[random.below(genomes.length)];
    if (parent) genomes.push(mutateCppn(parent, RandomStream.of(1, 2, 1, child)));
  }
  return JSON.stringify(genomes);
}

function randomView(view: number) {
  const moved = { jitter: 8, rotate: 30, scale: 0.2 };
  return transformedView(mat2d.create(), [3, 227, 227], moved, RandomStream.of(1, 5, view));
}

/** Bytes in the machine's order, which is the little-endian one wherever WebGPU runs. */
const numbers: Readonly<Record<string, () => string | NodeJS.ArrayBufferView>> = {
  exponential: () => spread(-750, 712, exponential),
  'exponential near 0': () => spread(-1, 1, exponential),
  logarithm: () => spread(0, 1e4, logarithm),
  'logarithm of all sizes': () => spread(-745, 709, (x) => logarithm(exponential(x))),
  power: () => spread(1e-38, 1e38, power),
  sine: () => spread(-100, 100, sine),
  cosine: () => spread(-1e6, 1e6, cosine),
  'sixteenth root': () => spread(0, 1, sixteenthRoot),
  'power of three halves': () => spread(0, 1e5, threeHalvesPower),
  hypotenuse: () => spread(-10, 10, hypotenuse),
  'CPPNs of one output': () => lineage(1),
  'CPPNs of three outputs': () => lineage(3),
  'weights of LeNet': () =>
    Float32Array.from([...initialWeights(lenet(), 1).values()].flatMap(({ data }) => [...data])),
  'learning rates': () => spread(0, 1, (x) => rateAt(4000 * x, 4000, 0.01)),
  blur: () => gaussianWeights(12.3),
  waves: () => waveBasis(28),
  trials: () => JSON.stringify(sampleTrials(defaultRanges('normalised'), presets.default.climb, 500, 1)),
  'random views': () =>
    Float32Array.from(Array.from({ length: 500 }, (_, view) => [...randomView(view)]).flat()),
};

/** SHA-256 of each, in hexadecimal digits. */
export const goldenNumbers = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(numbers).map(([name, make]) => [name, createHash('sha256').update(make()).digest('hex')]),
  );
