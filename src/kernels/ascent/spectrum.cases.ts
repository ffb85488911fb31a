/** Amplitudes of one, two and three channels. */
import { atLeastOne, floats, given, unwritten, type FamilyCases } from '../case.ts';
import { spectrumReference } from './spectrum.reference.ts';
import { mixColumns, spectrum } from './spectrum.ts';

const mix = [
  [1, 2, 3],
  [-4, 5, 0.5],
  [0.25, -6, 7],
];
const shapes = [
  { channels: 3, waves: 35, batch: 4 },
  { channels: 3, waves: 64, batch: 12 },
  { channels: 2, waves: 9, batch: 8 },
  { channels: 1, waves: 35, batch: 12 },
];

export const spectrumCases: FamilyCases<keyof typeof spectrumReference> = {
  reference: spectrumReference,
  cases: {
    main: atLeastOne(
      shapes.map((shape) => {
        const values = shape.channels * shape.waves * shape.batch;
        return {
          name: `${String(shape.channels)} channels, ${String(shape.waves)} waves, ${String(shape.batch)} images`,
          launch: () => spectrum(shape),
          operands: {
            x: floats(values),
            scale: floats(shape.waves),
            mix_columns: given(mixColumns(mix)),
            y: unwritten(values),
          },
        };
      }),
    ),
  },
};
