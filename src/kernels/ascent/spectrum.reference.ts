/** Amplitudes scaled by frequency, their channels mixed; see `shaders/ascent/spectrum.wgsl`. */
import { placeOf, sizes, sumOver, type FamilyReference } from '../reference.ts';

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
