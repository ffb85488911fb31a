/**
 * Pictures as sums of waves, whose amplitudes are climbed (Olah, Mordvintsev and Schubert, "Feature visualization", 2017):
 *
 *     X = B_heightᵀ · (M · s ∘ P) · B_width
 *
 * X is the picture less the mean image, P the amplitudes, B the orthonormal real waves of each axis, s a factor per pair
 * of waves that falls with their frequency, and M what turns decorrelated channels into colours. A step along the
 * gradient of P then moves a picture's coarse shapes as easily as its pixels, and its colours as photographs have them.
 */
import { uniformUsage, type Gpu } from '../../gpu/device.ts';
import { Program, bind, type Dispatch } from '../../gpu/program.ts';
import { axisTransform, basisRows } from '../../kernels/ascent/axis-transform.ts';
import { mixColumns, spectrum, type ChannelMix } from '../../kernels/ascent/spectrum.ts';
import { hypotenuse } from '../../random/fixed-math.ts';
import type { Parametrisation, ParametrisationShape } from './parametrisation.ts';
import { transposed, waveBasis, waveFrequency } from './waves.ts';
import { ResourceStack, freedBy } from '../../util/resources.ts';

/** Root mean square of X, in bytes, when every amplitude is drawn from a Gaussian of standard deviation 1. */
export const unitPictureSize = 16;

/**
 * Square root of the covariance of the colours of ImageNet's photographs, as Lucid publishes it (`color_correlation_svd_sqrt`):
 * rows are red, green and blue.
 */
const colourCorrelation: ChannelMix = [
  [0.26, 0.09, 0.02],
  [0.27, 0, -0.05],
  [0.27, -0.09, 0.03],
];

/** No float32 beyond it is wanted, and none is infinite. */
const largestAmplitude = 3e38;

interface Buffers {
  readonly parameters: GPUBuffer;
  readonly gradient: GPUBuffer;
  /** Amplitudes that colours have been made of; later X. */
  readonly first: GPUBuffer;
  /** Waves along the height are undone; those along the width are not. */
  readonly second: GPUBuffer;
  readonly scale: GPUBuffer;
  readonly mix: GPUBuffer;
  readonly mixTransposed: GPUBuffer;
  readonly rows: GPUBuffer;
  readonly rowsTransposed: GPUBuffer;
  readonly columns: GPUBuffer;
  readonly columnsTransposed: GPUBuffer;
}

/**
 * Climbs amplitudes [channels, height, width, batch]: channel by wave along the height by wave along the width. What a
 * byte loses by rounding and at 0 and 255 is ignored on the way back.
 * @param drawPicture makes bytes of X [channels, height, width, batch], in the network's channel order
 * @throws GpuLimitError when the amplitudes of the whole batch exceed what the adapter binds
 */
export async function createFourier(
  gpu: Gpu,
  shape: ParametrisationShape,
  drawPicture: (x: GPUBuffer) => Promise<Dispatch>,
): Promise<Parametrisation> {
  const [channels, height, width] = shape.extent;
  const values = channels * height * width;
  using made = new ResourceStack();
  const buffers = fourierBuffers(gpu, shape, made);
  const draw = new Program([...(await synthesis(gpu, shape, buffers)), await drawPicture(buffers.first)]);
  const pullBack = new Program(await adjoint(gpu, shape, buffers));
  const bounds = Float32Array.from({ length: 2 * values }, (_, at) =>
    at % 2 === 0 ? -largestAmplitude : largestAmplitude,
  );
  return {
    values,
    parameters: buffers.parameters,
    gradient: buffers.gradient,
    draw,
    pullBack,
    bounds,
    ...freedBy(made.move()),
  };
}

async function synthesis(gpu: Gpu, shape: ParametrisationShape, buffers: Buffers): Promise<Dispatch[]> {
  const { parameters, scale, mix, first, second, rows, columns } = buffers;
  const launches = launchesOf(shape);
  return [
    await bind(gpu, 'spectrum', launches.spectrum, {
      x: parameters,
      scale,
      mix_columns: mix,
      y: first,
    }),
    await bind(gpu, 'waves along the height', launches.height, { x: first, basis: rows, y: second }),
    await bind(gpu, 'waves along the width', launches.width, { x: second, basis: columns, y: first }),
  ];
}

async function adjoint(gpu: Gpu, shape: ParametrisationShape, buffers: Buffers): Promise<Dispatch[]> {
  const { gradient, scale, mixTransposed, first, second, rowsTransposed, columnsTransposed } = buffers;
  const { imageGradient } = shape;
  const launches = launchesOf(shape);
  return [
    await bind(gpu, 'waves along the width backward', launches.width, {
      x: imageGradient,
      basis: columnsTransposed,
      y: second,
    }),
    await bind(gpu, 'waves along the height backward', launches.height, {
      x: second,
      basis: rowsTransposed,
      y: first,
    }),
    await bind(gpu, 'spectrum backward', launches.spectrum, {
      x: first,
      scale,
      mix_columns: mixTransposed,
      y: gradient,
    }),
  ];
}

function launchesOf({ extent, batch }: ParametrisationShape) {
  const [channels, height, width] = extent;
  return {
    spectrum: spectrum({ channels, waves: height * width, batch }),
    height: axisTransform({ outer: channels, size: height, inner: width * batch }),
    width: axisTransform({ outer: channels * height, size: width, inner: batch }),
  };
}

function fourierBuffers(gpu: Gpu, shape: ParametrisationShape, made: ResourceStack): Buffers {
  const [channels, height, width] = shape.extent;
  const floats = 4 * channels * height * width * shape.batch;
  const mix = colourMix(channels, shape.reverseChannels);
  const [rows, columns] = [waveBasis(height), waveBasis(width)];
  const turnedMix = mix.map((_, row) => mix.map((channel) => channel[row] ?? 0));
  return {
    parameters: made.use(gpu.buffer('amplitudes', floats)),
    gradient: made.use(gpu.buffer('gradient of the amplitudes', floats)),
    first: made.use(gpu.buffer('picture of waves', floats)),
    second: made.use(gpu.buffer('picture half of waves', floats)),
    scale: made.use(gpu.bufferFrom('scale of the waves', waveScale(height, width, mix, channels))),
    mix: made.use(gpu.bufferFrom('colours', mixColumns(mix), uniformUsage)),
    mixTransposed: made.use(gpu.bufferFrom('colours backward', mixColumns(turnedMix), uniformUsage)),
    rows: made.use(gpu.bufferFrom('waves of the height', basisRows(rows, height))),
    rowsTransposed: made.use(
      gpu.bufferFrom('waves of the height backward', basisRows(transposed(rows, height), height)),
    ),
    columns: made.use(gpu.bufferFrom('waves of the width', basisRows(columns, width))),
    columnsTransposed: made.use(
      gpu.bufferFrom('waves of the width backward', basisRows(transposed(columns, width), width)),
    ),
  };
}

/** Decorrelated channels → the network's, [3, 3]; the identity for a gray picture. */
function colourMix(channels: number, reverseChannels: boolean): ChannelMix {
  if (channels !== 3) return [0, 1, 2].map((row) => [0, 1, 2].map((column) => (row === column ? 1 : 0)));
  const norms = [0, 1, 2].map((column) =>
    Math.sqrt(colourCorrelation.reduce((sum, row) => sum + (row[column] ?? 0) * (row[column] ?? 0), 0)),
  );
  const mix = colourCorrelation.map((row) => row.map((value) => value / Math.max(...norms)));
  return reverseChannels ? mix.reverse() : mix;
}

/**
 * Of each pair of waves, [height, width]: 1 / frequency, where the constant counts as one cycle of the longer side,
 * times what makes unit amplitudes a picture of `unitPictureSize`.
 */
function waveScale(
  height: number,
  width: number,
  mix: ChannelMix,
  channels: number,
): Float32Array<ArrayBuffer> {
  const lowest = 1 / Math.max(height, width);
  const falling = Float64Array.from({ length: height * width }, (_, at) => {
    const along = waveFrequency(Math.floor(at / width), height);
    const across = waveFrequency(at % width, width);
    return 1 / Math.max(hypotenuse(along, across), lowest);
  });
  // The basis is orthonormal: the mean square of X is that of its amplitudes.
  const scaled = falling.reduce((sum, scale) => sum + scale * scale, 0) / falling.length;
  const mixed = mix.slice(0, channels).flatMap((row) => row.slice(0, channels));
  const spread = mixed.reduce((sum, value) => sum + value * value, 0) / channels;
  const factor = unitPictureSize / Math.sqrt(scaled * spread);
  return Float32Array.from(falling, (scale) => scale * factor);
}
