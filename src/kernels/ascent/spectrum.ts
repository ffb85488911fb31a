/** Scales amplitudes by frequency and mixes their channels; see `shaders/ascent/spectrum.wgsl`. */
import source from '../../../shaders/ascent/spectrum.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

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

/** Bindings: 0 x [channels, waves, batch], 1 scale [waves], 2 uniform as `mixColumns` makes it, 3 y as x. */
export function spectrum({ channels, waves, batch }: SpectrumShape): Launch {
  const constants = { CHANNELS: channels, WAVES: waves, BATCH: batch / 4 };
  const values = channels * waves * batch;
  return elementwise({ family: 'spectrum', source, entryPoint: 'main', constants }, (waves * batch) / 4, {
    flops: 7 * values,
    bytes: 8 * values + 4 * waves,
  });
}

/** A mix as the shader reads it: its columns, of four floats each. */
export function mixColumns(mix: ChannelMix): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 12 }, (_, at) => mix[at % 4]?.[Math.floor(at / 4)] ?? 0);
}
