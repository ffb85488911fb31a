/** The reference of the gradient is that of the reference of normalisation. */
import { test } from 'vitest';
import { lrnShapes } from '../../../src/kernels/layers/lrn.cases.ts';
import { lrnReference } from '../../../src/kernels/layers/lrn.cases.ts';
import { lrn } from '../../../src/kernels/layers/lrn.ts';
import { expectClose, randomValues } from '../numbers.ts';

test.each(lrnShapes)('agrees with central differences: %s', (_, shape) => {
  const { constants } = lrn(shape).kernel;
  const length = shape.channels * shape.plane;
  const operands = (all: Record<string, ArrayLike<number>>) => ({
    constants,
    values: (name: string) => (index: number) => all[name]![index]!,
    length: () => length,
  });
  const x = Float64Array.from(randomValues(length, 2));
  const dy = randomValues(length, 3);
  const gradientAt = lrnReference.input_gradient.results.dx(operands({ x, dy }));
  /** Of the channels at a place, which are all that a value there reaches. */
  const objective = (values: Float64Array, place: number) => {
    const valueAt = lrnReference.forward.results.y(operands({ x: values }));
    const column = Array.from({ length: shape.channels }, (__, channel) => channel * shape.plane + place);
    return column.reduce((sum, index) => sum + dy[index]! * valueAt(index), 0);
  };
  const differences = Array.from(x, (value, index) => {
    const moved = (step: number) => objective(x.with(index, value + step), index % shape.plane);
    return (moved(1e-5) - moved(-1e-5)) / 2e-5;
  });
  const gradient = Array.from(x, (_value, index) => gradientAt(index));
  expectClose(gradient, differences, { atol: 1e-6, rtol: 1e-6 });
});
