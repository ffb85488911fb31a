/**
 * Amplitudes scaled by frequency, their channels mixed; see `shaders/ascent/spectrum.wgsl`.
 * Cases: amplitudes of one, two and three channels.
 */
import { atLeastOne, type FamilyCases, floats, given, unwritten } from '../case.ts';
import { type FamilyReference, placeOf, sizes, sumOver } from '../reference.ts';
import { mixColumns, spectrum, spectrumFamily } from './spectrum.ts';

export const spectrumReference = {
  main: {
    results: {
      /** y[d, wave, image] = scale[wave] · Σ_c mix[d, c] · x[c, wave, image]; a column of the mix takes four floats */
      y: (operands) => {
        const { CHANNELS, WAVES, BATCH } = sizes(operands, 'CHANNELS', 'WAVES', 'BATCH');
        const [x, scale, mix] = [
          operands.values('x'),
          operands.values('scale'),
          operands.values('mix_columns'),
        ];
        return (index) => {
          const [d, wave, image] = placeOf(index, WAVES, 4 * BATCH);
          const sum = sumOver(CHANNELS, (c) => mix(4 * c + d) * x((c * WAVES + wave) * 4 * BATCH + image));
          return scale(wave) * sum;
        };
      },
    },
  },
} satisfies FamilyReference;

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

const spectrumCases: FamilyCases<typeof spectrumFamily> = {
  family: spectrumFamily,
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

export default spectrumCases;
