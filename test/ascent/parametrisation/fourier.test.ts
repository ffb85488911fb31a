import { describe, expect, it } from 'vitest';
import { createFourier, unitPictureSize } from '../../../src/ascent/parametrisation/fourier.ts';
import { bind, run } from '../../../src/gpu/program.ts';
import { transpose } from '../../../src/kernels/matmul/transpose.ts';
import { RandomStream } from '../../../src/random/threefry.ts';
import { openTestGpu } from '../../gpu.ts';
import { expectClose, randomValues } from '../../kernels/numbers.ts';

type Extent = readonly [channels: number, height: number, width: number];

interface Opened {
  /** P [values, batch] → X [batch, values]. */
  readonly picture: (amplitudes: Float32Array<ArrayBuffer>) => Promise<Float32Array>;
  /** Image gradient [values, batch] → gradient of the amplitudes [values, batch]. */
  readonly pullBack: (imageGradient: Float32Array<ArrayBuffer>) => Promise<Float32Array>;
  readonly bounds: Float32Array;
  readonly values: number;
}

async function withFourier(
  extent: Extent,
  batch: number,
  reverseChannels: boolean,
  use: (opened: Opened) => Promise<void>,
): Promise<void> {
  const gpu = await openTestGpu();
  const values = extent[0] * extent[1] * extent[2];
  const pitch = Math.ceil(values / 4) * 4;
  const images = gpu.buffer('pictures by lane', 4 * pitch * batch);
  const imageGradient = gpu.buffer('image gradient', 4 * values * batch);
  const mean = new Float32Array(values);
  const shape = { extent, batch, mean, reverseChannels, images, imageGradient };
  // Instead of bytes: the same floats, picture by picture.
  const drawPicture = (x: GPUBuffer) =>
    bind(gpu, 'picture', transpose(values, batch), { matrix: x, transposed: images });
  const fourier = await createFourier(gpu, shape, drawPicture);
  try {
    await use({
      values: fourier.values,
      bounds: fourier.bounds,
      picture: async (amplitudes) => {
        gpu.write(fourier.parameters, amplitudes);
        run(gpu, fourier.draw);
        const drawn = new Float32Array(await gpu.read(images));
        return drawn.filter((_, at) => at % pitch < values);
      },
      pullBack: async (gradient) => {
        gpu.write(imageGradient, gradient);
        run(gpu, fourier.pullBack);
        return new Float32Array(await gpu.read(fourier.gradient, 4 * values * batch));
      },
    });
  } finally {
    fourier.destroy();
    for (const buffer of [images, imageGradient]) buffer.destroy();
  }
}

/** Value at a point of the wave that stands at `index` in the order of the amplitudes; unit norm over all points. */
function wave(index: number, points: number, at: number): number {
  const cycles = Math.floor((index + 1) / 2);
  const angle = (2 * Math.PI * cycles * at) / points;
  if (cycles === 0 || 2 * cycles === points) return Math.cos(angle) / Math.sqrt(points);
  return (index % 2 === 1 ? Math.cos(angle) : Math.sin(angle)) * Math.sqrt(2 / points);
}

const lucid = [
  [0.26, 0.09, 0.02],
  [0.27, 0, -0.05],
  [0.27, -0.09, 0.03],
];

/** How decorrelated channel c enters channel d of the network, before the scale. */
function colour(extent: Extent, reverseChannels: boolean, d: number, c: number): number {
  if (extent[0] === 1) return 1;
  return lucid[reverseChannels ? 2 - d : d]![c]! / Math.sqrt(0.26 ** 2 + 0.27 ** 2 + 0.27 ** 2);
}

/** 1 / frequency of a pair of waves, in points per cycle; the constant's is the longer side. */
function period([, height, width]: Extent, k: number, l: number): number {
  const [along, across] = [Math.floor((k + 1) / 2) / height, Math.floor((l + 1) / 2) / width];
  return Math.min(Math.max(height, width), 1 / Math.sqrt(along ** 2 + across ** 2));
}

/** X in doubles by the definition, up to the common factor, [channels, height, width] of one lane. */
function referencePicture(extent: Extent, reverseChannels: boolean, amplitudes: ArrayLike<number>): number[] {
  const [channels, height, width] = extent;
  const picture = Array.from({ length: channels * height * width }, () => 0);
  for (let at = 0; at < picture.length; at++) {
    const [d, row, column] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
    for (let other = 0; other < picture.length; other++) {
      const [c, k, l] = [
        Math.floor(other / (height * width)),
        Math.floor(other / width) % height,
        other % width,
      ];
      const shape = period(extent, k, l) * wave(k, height, row) * wave(l, width, column);
      picture[at]! += colour(extent, reverseChannels, d, c) * shape * amplitudes[other]!;
    }
  }
  return picture;
}

/** What the factor must be for pictures of unit amplitudes to have the stated size. */
function factorOf(extent: Extent): number {
  const [channels, height, width] = extent;
  let squares = 0;
  for (let d = 0; d < channels; d++) {
    for (let at = 0; at < channels * height * width; at++) {
      const [c, k, l] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
      squares += (colour(extent, false, d, c) * period(extent, k, l)) ** 2;
    }
  }
  return unitPictureSize / Math.sqrt(squares / (channels * height * width));
}

const laneOf = (values: Float32Array, batch: number, lane: number): Float32Array =>
  values.filter((_, at) => at % batch === lane);

const cases = [
  [[1, 8, 8], 4, false],
  [[3, 6, 9], 12, false],
  [[3, 7, 5], 4, true],
  [[1, 5, 12], 8, true],
] as const;

describe('a picture of waves', () => {
  it.each(cases)(
    'is the sum that its definition says: %j, batch %i, blue first %j',
    async (extent, batch, reverse) => {
      await withFourier(extent, batch, reverse, async ({ values, picture }) => {
        const amplitudes = randomValues(values * batch, 1);
        const drawn = await picture(amplitudes);
        for (const lane of [0, batch - 1]) {
          const reference = referencePicture(extent, reverse, laneOf(amplitudes, batch, lane));
          const scaled = reference.map((value) => value * factorOf(extent));
          expectClose(drawn.subarray(lane * values, (lane + 1) * values), scaled, { atol: 1e-4, rtol: 1e-4 });
        }
      });
    },
  );

  it('of one amplitude is one wave, whose size falls with its frequency', async () => {
    const [height, width] = [8, 16];
    await withFourier([1, height, width], 4, false, async ({ values, picture }) => {
      const amplitudes = new Float32Array(values * 4);
      // Lane 0: the cosine of two cycles along the height. 1: the sine of one along the width. 2: that of four. 3: nothing.
      amplitudes[3 * width * 4 + 0] = 1;
      amplitudes[2 * 4 + 1] = 1;
      amplitudes[8 * 4 + 2] = 1;
      const drawn = await picture(amplitudes);
      const lanes = [0, 1, 2, 3].map((lane) => drawn.subarray(lane * values, (lane + 1) * values));
      const largest = lanes.map((lane) => Math.max(...lane));
      const expected = [
        (row: number) => Math.cos((2 * Math.PI * 2 * row) / height),
        (_: number, column: number) => Math.sin((2 * Math.PI * column) / width),
        (_: number, column: number) => Math.sin((2 * Math.PI * 4 * column) / width),
        () => 0,
      ];
      for (const [lane, wanted] of expected.entries()) {
        const reference = Float64Array.from(
          { length: values },
          (_, at) => largest[lane]! * wanted(Math.floor(at / width), at % width),
        );
        expectClose(lanes[lane]!, reference, { atol: 1e-4, rtol: 1e-4 });
      }
      // 2 / 8 cycles per pixel; 1 / 16; 4 / 16.
      expect(largest[1]! / largest[0]!).toBeCloseTo(4, 4);
      expect(largest[1]! / largest[2]!).toBeCloseTo(4, 4);
    });
  });

  it.each([
    [[1, 28, 28], false],
    [[3, 32, 24], true],
  ] as const)('of Gaussian amplitudes has the stated size: %j', async (extent, reverse) => {
    const batch = 64;
    await withFourier(extent, batch, reverse, async ({ values, picture }) => {
      const random = RandomStream.of(7, 1);
      const gaussian = () =>
        Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
      const drawn = await picture(Float32Array.from({ length: values * batch }, gaussian));
      const square = drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length;
      // A few slow waves are most of it, so that their chance shows.
      expect(Math.sqrt(square)).toBeGreaterThan(unitPictureSize * 0.85);
      expect(Math.sqrt(square)).toBeLessThan(unitPictureSize * 1.15);
    });
  });

  it('has its colours in the order of the network', async () => {
    const amplitudes = randomValues(3 * 6 * 4 * 4, 2);
    const pictures: Float32Array[] = [];
    for (const reverse of [false, true]) {
      await withFourier([3, 6, 4], 4, reverse, async ({ picture }) => {
        pictures.push(await picture(amplitudes));
      });
    }
    const [rgb, bgr] = [pictures[0]!, pictures[1]!];
    const turned = bgr.map((_, at) => {
      const [lane, channel, pixel] = [Math.floor(at / 72), Math.floor(at / 24) % 3, at % 24];
      return bgr[lane * 72 + (2 - channel) * 24 + pixel]!;
    });
    expectClose(turned, rgb);
    expect(Math.abs(rgb[0]! - bgr[0]!)).toBeGreaterThan(0.1);
  });

  it('is not bounded, in finite numbers', async () => {
    await withFourier([1, 2, 2], 4, false, ({ bounds }) => {
      expect([...bounds]).toEqual([1, 2, 3, 4].flatMap(() => [-Math.fround(3e38), Math.fround(3e38)]));
      return Promise.resolve();
    });
  });
});

describe('the gradient of the amplitudes', () => {
  it.each(cases)('is the adjoint of drawing: %j, batch %i, blue first %j', async (extent, batch, reverse) => {
    await withFourier(extent, batch, reverse, async ({ values, picture, pullBack }) => {
      const [amplitudes, v] = [randomValues(values * batch, 3), randomValues(values * batch, 4)];
      const drawn = await picture(amplitudes);
      const gradient = await pullBack(v);
      for (let lane = 0; lane < batch; lane++) {
        let [forward, backward, size] = [0, 0, 0];
        for (let at = 0; at < values; at++) {
          const term = drawn[lane * values + at]! * v[at * batch + lane]!;
          forward += term;
          size += Math.abs(term);
          backward += amplitudes[at * batch + lane]! * gradient[at * batch + lane]!;
        }
        expect(size).toBeGreaterThan(1);
        expect(Math.abs(forward - backward)).toBeLessThan(1e-5 * size);
      }
    });
  });

  it.each(cases)(
    'is what central differences of the definition say: %j, batch %i, blue first %j',
    async (extent, batch, reverse) => {
      await withFourier(extent, batch, reverse, async ({ values, pullBack }) => {
        const [amplitudes, v] = [randomValues(values * batch, 5), randomValues(values * batch, 6)];
        const gradient = await pullBack(v);
        const lane = batch - 2;
        const objective = (at: number, step: number) => {
          const moved = Float64Array.from(laneOf(amplitudes, batch, lane));
          moved[at]! += step;
          const picture = referencePicture(extent, reverse, moved);
          return picture.reduce((sum, value, pixel) => sum + value * v[pixel * batch + lane]!, 0);
        };
        for (const at of [0, 1, Math.floor(values / 3), Math.floor(values / 2), values - 1]) {
          const slope = (objective(at, 0.5) - objective(at, -0.5)) * factorOf(extent);
          expectClose([gradient[at * batch + lane]!], [slope], { atol: 1e-4, rtol: 1e-4 });
        }
      });
    },
  );
});
