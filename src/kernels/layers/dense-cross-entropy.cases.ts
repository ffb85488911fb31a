/**
 * A dense layer with the cross entropy behind it by their definitions; see `shaders/layers/dense-cross-entropy.wgsl`.
 * Cases: LeNet's last layer; one class and many; less depth than lanes; padding; with and without the unit before the layer. Each
 * with as many lanes as on GPUs, and as few as on drivers that run on the CPU.
 */
import { atLeastOne, type FamilyCases, floats, unwritten, words } from '../case.ts';
import { ceil4, type FamilyReference, type Operands, placeOf, sizes, sumOver } from '../reference.ts';
import {
  denseCrossEntropy,
  denseCrossEntropyFamily,
  type DenseCrossEntropyShape,
} from './dense-cross-entropy.ts';
import { softmaxOf } from './softmax.cases.ts';

/** bias[o] + Σ_k weight[k, o] · x[k, n], of each image by class */
function logitsOf(operands: Operands): number[][] {
  const { DEPTH, CLASSES, ROWS, N_VECTORS } = sizes(operands, 'DEPTH', 'CLASSES', 'ROWS', 'N_VECTORS');
  const [weight, bias, x] = [operands.values('weight'), operands.values('bias'), operands.values('x')];
  const product = (output: number, image: number) =>
    sumOver(DEPTH, (k) => weight(k * 4 * ROWS + output) * x(k * 4 * N_VECTORS + image));
  return Array.from({ length: 4 * N_VECTORS }, (_, image) =>
    Array.from({ length: CLASSES }, (__, output) => bias(output) + product(output, image)),
  );
}

/** (softmax − onehot(target)) / COUNT, of each image by class; zero in padding. */
function slopesOf(operands: Operands): number[][] {
  const { COUNT } = sizes(operands, 'COUNT');
  const targets = operands.values('targets');
  return logitsOf(operands).map((logits, image) =>
    softmaxOf(logits).map((share, output) =>
      image < COUNT ? (share - (targets(image) === output ? 1 : 0)) / COUNT : 0,
    ),
  );
}

/** An element of a result [classes, batch]. */
function byClass(operands: Operands, values: readonly (readonly number[])[]) {
  const { N_VECTORS } = sizes(operands, 'N_VECTORS');
  return (index: number) => {
    const [output, image] = placeOf(index, 4 * N_VECTORS);
    return values[image]?.[output];
  };
}

export const denseCrossEntropyReference = {
  main: {
    results: {
      logits: (operands) => byClass(operands, logitsOf(operands)),
      /** −log softmax(logits)[target] */
      loss: (operands) => {
        const { COUNT } = sizes(operands, 'COUNT');
        const [logits, targets] = [logitsOf(operands), operands.values('targets')];
        return (image) =>
          image < COUNT ? -Math.log(softmaxOf(logits[image] ?? [])[targets(image)] ?? NaN) : 0;
      },
      d_logits: (operands) => byClass(operands, slopesOf(operands)),
      /** Σ_o weight[k, o] · d logits[o, n]; where it is masked, zero unless x > 0 */
      dx: (operands) => {
        const { ROWS, N_VECTORS, MASKED } = sizes(operands, 'ROWS', 'N_VECTORS', 'MASKED');
        const [weight, x] = [operands.values('weight'), operands.values('x')];
        const slopes = slopesOf(operands);
        return (index) => {
          const [k, image] = placeOf(index, 4 * N_VECTORS);
          if (MASKED === 1 && x(index) <= 0) return 0;
          return (slopes[image] ?? []).reduce(
            (sum, slope, output) => sum + slope * weight(k * 4 * ROWS + output),
            0,
          );
        };
      },
    },
  },
} satisfies FamilyReference;

const shapes: readonly (readonly [name: string, shape: DenseCrossEntropyShape])[] = [
  ['ten classes behind a unit', { depth: 500, classes: 10, batch: 8, count: 8, masked: true }],
  ['no unit, a batch with padding', { depth: 37, classes: 6, batch: 12, count: 9, masked: false }],
  ['padding behind a unit', { depth: 130, classes: 4, batch: 8, count: 3, masked: true }],
  ['less depth than lanes', { depth: 3, classes: 12, batch: 4, count: 4, masked: true }],
  ['one class', { depth: 9, classes: 1, batch: 4, count: 2, masked: false }],
  [
    'the most classes, of which few lanes share each',
    { depth: 50, classes: 64, batch: 4, count: 4, masked: true },
  ],
];

const denseCrossEntropyCases: FamilyCases<typeof denseCrossEntropyFamily> = {
  family: denseCrossEntropyFamily,
  reference: denseCrossEntropyReference,
  cases: {
    main: atLeastOne(
      (['gpu', 'lavapipe'] as const).flatMap((kind) =>
        shapes.map(([name, shape]) => {
          const { depth, classes, batch } = shape;
          return {
            name: `${name}, lanes as on ${kind}`,
            compilesLong: kind === 'gpu' && name !== 'one class',
            launch: ({ limits }) => denseCrossEntropy(shape, { adapter: { kind }, limits }),
            operands: {
              weight: floats(depth * ceil4(classes)),
              bias: floats(ceil4(classes)),
              x: floats(depth * batch),
              targets: words(batch, classes),
              logits: unwritten(classes * batch),
              loss: unwritten(batch),
              d_logits: unwritten(classes * batch),
              dx: unwritten(depth * batch),
            },
          };
        }),
      ),
    ),
  },
};

export default denseCrossEntropyCases;
