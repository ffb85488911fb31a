/** Images whose planes fill their words or do not, gray, RGB and with blue first; rounded and rounded around a centre. */
import { atLeastOne, exact, floats, given, randomFloats, unwritten, type FamilyCases } from '../case.ts';
import { ceil4 } from '../reference.ts';
import { quantiseReference } from './quantise.reference.ts';
import { quantise, quantiseAround, type QuantiseShape } from './quantise.ts';

const shapes: readonly QuantiseShape[] = [
  { channels: 1, height: 28, width: 28, batch: 4, reverseChannels: false },
  { channels: 3, height: 7, width: 5, batch: 12, reverseChannels: true },
  { channels: 3, height: 3, width: 6, batch: 8, reverseChannels: false },
  { channels: 1, height: 1, width: 1, batch: 4, reverseChannels: false },
];

const nameOf = ({ channels, height, width, batch, reverseChannels }: QuantiseShape) =>
  `${String(channels)} channels of ${String(height)} × ${String(width)}, batch ${String(batch)}${reverseChannels ? ', blue first' : ''}`;

const values = ({ channels, height, width }: QuantiseShape) => channels * height * width;
const imageBytes = ({ channels, height, width, batch }: QuantiseShape) =>
  batch * channels * ceil4(height * width);
const mean = (shape: QuantiseShape) => randomFloats(values(shape), 2, 100).map((value) => 128 + value);
/** The least of all shifts lets nothing change that is less than two bytes away. */
const shiftsOf = ({ batch }: QuantiseShape) =>
  Float32Array.from({ length: batch }, (_, image) => [0.5, 0.25, 0, -1][image % 4] ?? 0);

export const quantiseCases: FamilyCases<keyof typeof quantiseReference> = {
  reference: quantiseReference,
  cases: {
    main: atLeastOne(
      shapes.map((shape) => ({
        name: nameOf(shape),
        launch: () => quantise(shape),
        operands: {
          x: floats(values(shape) * shape.batch, 200),
          mean: given(mean(shape)),
          images: unwritten(imageBytes(shape), 'bytes'),
        },
        tolerance: exact,
      })),
    ),
    around: atLeastOne(
      shapes.map((shape) => ({
        name: nameOf(shape),
        launch: () => quantiseAround(shape),
        operands: {
          x: floats(values(shape) * shape.batch, 60),
          mean: given(mean(shape)),
          images: unwritten(imageBytes(shape), 'bytes'),
          centre: floats(values(shape) * shape.batch, 60),
          shifts: given(shiftsOf(shape)),
        },
        tolerance: exact,
      })),
    ),
  },
};
