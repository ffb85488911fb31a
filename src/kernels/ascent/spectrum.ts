/** Scales amplitudes by frequency and mixes their channels; see `shaders/ascent/spectrum.wgsl`. */
import source from '../../../shaders/ascent/spectrum.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, uniform, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const spectrumFamily = {
  name: 'spectrum',
  group: 'ascent',
  computes: 'scales amplitudes of waves and mixes them over the channels',
  shaders: { spectrum: source },
  entries: {
    main: { bindings: { x: read(0), scale: read(1), mix_columns: uniform(2), y: write(3) } },
  },
} as const satisfies KernelFamily;

export interface SpectrumShape {
  /** At most 3. */
  readonly channels: number;
  /** Height × width. */
  readonly waves: number;
  /** A multiple of 4. */
  readonly batch: number;
}

/** Three rows of three; a picture of fewer channels uses the first ones of each. */
export type ChannelMix = readonly (readonly number[])[];

/** Binds x [channels, waves, batch], scale [waves], mix_columns as `mixColumns` makes them, and y, as x. */
export function spectrum({ channels, waves, batch }: SpectrumShape): LaunchOf<typeof spectrumFamily, 'main'> {
  const constants = { CHANNELS: channels, WAVES: waves, BATCH: batch / 4 };
  const values = channels * waves * batch;
  return elementwise(spectrumFamily, 'main', (waves * batch) / 4, {
    constants,
    flops: 7 * values,
    bytes: 8 * values + 4 * waves,
  });
}

/** A mix as the shader reads it: its columns, of four floats each. */
export function mixColumns(mix: ChannelMix): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 12 }, (_, at) => mix[at % 4]?.[Math.floor(at / 4)] ?? 0);
}
