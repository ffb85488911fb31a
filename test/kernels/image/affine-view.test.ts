import { expect, test } from 'vitest';
import { mat2d } from 'gl-matrix';
import {
  affineTable,
  affineView,
  affineViewAdjoint,
  type AffineViewShape,
} from '../../../src/kernels/image/affine-view.ts';
import { view, viewTable, type ImageView } from '../../../src/kernels/image/view.ts';
import { padPlanes } from '../../../src/image/image-layout.ts';
import { viewsOf } from '../../../src/model/crops.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { given, unwritten } from '../../../src/kernels/case.ts';
import { affineViewShapes as shapes, colour } from '../../../src/kernels/image/affine-view.cases.ts';
import { affineViewReference } from '../../../src/kernels/image/affine-view.cases.ts';
import { contentsOf, defined } from '../run-case.ts';
import { expectClose, randomValues } from '../numbers.ts';

/** (a, b, c, d, tx, ty). */
type Affine = readonly [number, number, number, number, number, number];

type Kind = 'identity' | 'whole pixels' | 'upright' | 'turned' | 'one for all';
const kinds: readonly Kind[] = ['identity', 'whole pixels', 'upright', 'turned', 'one for all'];
const cases = shapes.flatMap((shape) =>
  kinds
    .filter((kind) => !shape.clamp || (kind !== 'turned' && kind !== 'one for all'))
    .map((kind) => ({ shape, kind })),
);

/** A map per image, another for every seed; some look far beyond the image's edge, the whole-pixel ones in part mirrored. */
function mapsOf(shape: AffineViewShape, kind: Kind, seed: number): Affine[] {
  return Array.from({ length: shape.batch }, (_, image) => {
    const random = randomValues(4, 31 * seed + (kind === 'one for all' ? 0 : image) + 1);
    const jitter = [4 * random[0]!, 4 * random[1]!] as const;
    if (kind === 'identity') return [1, 0, 0, 1, 0, 0];
    if (kind === 'whole pixels') {
      const [across, down] = jitter.map(Math.round) as [number, number];
      return image % 2 === 0 ? [1, 0, 0, 1, across, down] : [-1, 0, 0, 1, shape.width - 1 + across, down];
    }
    const [wide, high] = [2 ** random[2]!, 2 ** random[3]!];
    if (kind === 'upright') return [image % 2 === 0 ? wide : -wide, 0, 0, high, jitter[0] + 3, jitter[1]];
    const map = mat2d.fromTranslation(mat2d.create(), [shape.imageWidth / 2, shape.imageHeight / 2]);
    mat2d.rotate(map, map, Math.PI * random[3]!);
    mat2d.scale(map, map, [wide, 2 ** random[0]!]);
    mat2d.translate(map, map, [jitter[0] - shape.width / 2, jitter[1] - shape.height / 2]);
    return [map[0], map[1], map[2], map[3], map[4], map[5]];
  });
}

const pixelsOf = ({ channels, imageHeight, imageWidth, batch }: AffineViewShape) =>
  Uint8Array.from({ length: batch * channels * imageHeight * imageWidth }, (_, index) => (index * 167) % 256);
const meanOf = ({ channels, imageHeight, imageWidth }: AffineViewShape) =>
  randomValues(channels * imageHeight * imageWidth, 8).map((value) => 128 + 100 * value);
const inputValues = ({ channels, height, width, batch }: AffineViewShape) =>
  channels * height * width * batch;

interface At {
  readonly table: readonly Affine[];
  readonly step?: number;
}

async function forward(
  shape: AffineViewShape,
  { table, step = 0 }: At,
  pixels: Uint8Array<ArrayBuffer>,
  mean: Float32Array<ArrayBuffer>,
): Promise<Float32Array> {
  const operands = {
    images: padPlanes(pixels, shape.imageHeight * shape.imageWidth),
    mean,
    maps: affineTable(table),
    clock: Uint32Array.of(77, step, 99),
    x: unwrittenFloats(inputValues(shape)),
  };
  return new Float32Array((await runKernel(await openTestGpu(), affineView(shape), operands)).x!);
}

async function adjoint(
  shape: AffineViewShape,
  { table, step = 0 }: At,
  dinput: Float32Array<ArrayBuffer>,
): Promise<Float32Array> {
  const values = shape.channels * shape.imageHeight * shape.imageWidth * shape.batch;
  const operands = {
    maps: affineTable(table),
    clock: Uint32Array.of(77, step, 99),
    dinput,
    dx: unwrittenFloats(values),
  };
  return new Float32Array((await runKernel(await openTestGpu(), affineViewAdjoint(shape), operands)).dx!);
}

test.each(cases)('is the adjoint of what is shown: $kind, $shape', async ({ shape, kind }) => {
  const { channels, batch, reverseChannels } = shape;
  const plane = shape.imageHeight * shape.imageWidth;
  const table = mapsOf(shape, kind, 4);
  const pixels = pixelsOf(shape);
  const dinput = randomValues(inputValues(shape), 6);
  const shown = await forward(shape, { table }, pixels, new Float32Array(channels * plane));
  const pulled = await adjoint(shape, { table }, dinput);
  let [inInput, inImage, size] = [0, 0, 0];
  for (const [index, value] of shown.entries()) {
    inInput += value * dinput[index]!;
    size += Math.abs(value * dinput[index]!);
  }
  for (const [index, value] of pulled.entries()) {
    const channel = Math.floor(index / (plane * batch));
    const from = reverseChannels ? channels - 1 - channel : channel;
    inImage +=
      value * pixels[((index % batch) * channels + from) * plane + (Math.floor(index / batch) % plane)]!;
  }
  expect(Math.abs(inInput - inImage)).toBeLessThan(1e-5 * size);
});

test('the clock names the row of the table', async () => {
  const shape = shapes[1]!;
  const rows = [7, 8, 9].map((seed) => mapsOf(shape, 'turned', seed));
  const [pixels, mean, dinput] = [pixelsOf(shape), meanOf(shape), randomValues(inputValues(shape), 2)];
  for (const [step, maps] of rows.entries()) {
    const at = { table: rows.flat(), step };
    expect(await forward(shape, at, pixels, mean)).toEqual(
      await forward(shape, { table: maps }, pixels, mean),
    );
    expect(await adjoint(shape, at, dinput)).toEqual(await adjoint(shape, { table: maps }, dinput));
  }
  expect(await adjoint(shape, { table: rows[0]! }, dinput)).not.toEqual(
    await adjoint(shape, { table: rows[1]! }, dinput),
  );
});

test('maps that flatten the picture, or hold no numbers, come to an end', async () => {
  const shape = { ...shapes[0]!, scale: [1] };
  const table: Affine[] = [
    [0, 0, 0, 0, 3, 4],
    [1, 1, 1, 1, 0, 0],
    [NaN, NaN, NaN, NaN, NaN, NaN],
    [1e-30, 0, 0, 1e-30, 2.5, 2],
  ];
  const dinput = randomValues(inputValues(shape), 3);
  const found = await adjoint(shape, { table }, dinput);
  const sound = (values: ArrayLike<number>) => Array.from(values).filter((_, index) => index % 4 < 2);
  const operands = {
    maps: given(affineTable(table.with(2, [1, 0, 0, 1, 0, 0]))),
    clock: given(Uint32Array.of(77, 0)),
    dinput: given(dinput),
    dx: unwritten(found.length),
  };
  const one = { operands };
  const expected = defined(affineViewReference.adjoint, affineViewAdjoint(shape), one, contentsOf(one))[
    'dx'
  ]!;
  expectClose(sound(found), sound(expected.map((value) => value ?? NaN)));
});

/** The map under which an input shows a region as `shaders/image/view.wgsl` does. */
function mapOfView({ top, left, height, width, mirrored }: ImageView, shape: AffineViewShape): Affine {
  const [wide, high] = [width / shape.width, height / shape.height];
  const y = top + 0.5 * high - 0.5;
  const x = left + 0.5 * wide - 0.5;
  return mirrored ? [-wide, 0, 0, high, x + wide * (shape.width - 1), y] : [wide, 0, 0, high, x, y];
}

test.each([
  ['crops of the input’s own size', { height: 5, width: 5 }, 5],
  ['crops enlarged', { height: 11, width: 13 }, 5],
  ['crops shrunk', { height: 4, width: 3 }, 7],
])('shows what a view shows: %s', async (_, size, crop) => {
  const base = { ...colour, ...size, reverseChannels: true, scale: [1, 0.5, 0.25] };
  const shape = { ...base, batch: 20, clamp: true };
  const [pixels, mean] = [pixelsOf(shape), meanOf(shape)];
  const views = viewsOf([3, shape.imageHeight, shape.imageWidth], crop, 10);
  const resize = views[0]!.height !== shape.height;
  const operands = {
    images: padPlanes(pixels, shape.imageHeight * shape.imageWidth),
    source: Uint32Array.of(0, 1),
    views: viewTable(views),
    mean,
    x: unwrittenFloats(inputValues(shape)),
  };
  const launch = view({ ...base, batch: 20, views: 10, resize });
  const shown = new Float32Array((await runKernel(await openTestGpu(), launch, operands)).x!);
  // Of `view` every view of an image shares the image; here each place of the batch has its own.
  const image = 3 * shape.imageHeight * shape.imageWidth;
  const copies = Uint8Array.from(
    { length: 20 * image },
    (__, at) => pixels[Math.floor(at / image / 10) * image + (at % image)]!,
  );
  const table = [...views, ...views].map((one) => mapOfView(one, shape));
  const moved = await forward(shape, { table }, copies, mean);
  if (resize) expectClose(moved, shown, { atol: 5e-3, rtol: 2e-5 });
  else expect(moved).toEqual(shown);
});

test('a table is eight floats a map, of which a map fills six', () => {
  expect([...affineTable([mat2d.fromValues(1, 2, 3, 4, 5, 6), [7, 8, 9, 10, 11, 12]])]).toEqual([
    1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0,
  ]);
  expect(() => affineTable([[1, 0, 0, 1]])).toThrow(/6 numbers; number 0 has 4/);
});
