/** Ten views of a picture, against crops, mirrors, mean and BGR in plain TypeScript and ONNX Runtime. */
import { expect, it } from 'vitest';
import { confidencesOf } from '../../src/model/evaluation.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { openTestGpu } from '../gpu.ts';
import { onnxNetwork } from '../../bench/peers/onnx-network.ts';

const side = 256;
const crop = 227;

/** Red, green and blue waves that nothing maps onto themselves: every crop and mirror image differs. */
const picture = Uint8Array.from({ length: 3 * side * side }, (_, index) => {
  const channel = Math.floor(index / (side * side));
  const row = Math.floor(index / side) % side;
  const column = index % side;
  const waves =
    Math.sin(row / (11 + 7 * channel) + column / 23) + Math.cos((column * column) / (4000 + 900 * channel));
  return Math.round(127.5 + 60 * waves + 7 * (channel - 1));
});

/** Of the channels blue, green, red. */
const meanColour = [104, 117, 123];

/** [3, 227, 227] as Caffe feeds it. */
function viewAt(top: number, left: number, mirrored: boolean): number[] {
  const values: number[] = [];
  for (const [place, channel] of [2, 1, 0].entries())
    for (let row = 0; row < crop; row++)
      for (let column = 0; column < crop; column++) {
        const from = left + (mirrored ? crop - 1 - column : column);
        values.push(picture[(channel * side + top + row) * side + from]! - meanColour[place]!);
      }
  return values;
}

function softmax(logits: Float32Array): number[] {
  const most = Math.max(...logits);
  const exponentials = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

it('the mean over ten views is that of ONNX Runtime', { timeout: 180_000 }, async () => {
  const { model } = await loadModel('caffenet-tiny');
  const end = side - crop;
  const middle = Math.floor(end / 2);
  const places = [
    [0, 0],
    [0, end],
    [end, 0],
    [end, end],
    [middle, middle],
  ] as const;
  const views = places.flatMap(([top, left]) => [viewAt(top, left, false), viewAt(top, left, true)]);
  const judge = await onnxNetwork(model.architecture, model.weights);
  const logits = await judge(Float32Array.from(views.flat()), views.length);
  const classes = model.labels.length;
  const each = views.map((_, view) => softmax(logits.subarray(view * classes, (view + 1) * classes)));
  const expected = Array.from({ length: classes }, (_, number) =>
    each.reduce((sum, confidences) => sum + confidences[number]! / views.length, 0),
  );

  const [confidences] = await confidencesOf(await openTestGpu(), model, picture, 1, 10);
  const differences = expected.map((value, number) => Math.abs(value - confidences![number]!));
  expect(Math.max(...differences)).toBeLessThan(1e-3);
  const topOf = (values: ArrayLike<number>) => Array.from(values).indexOf(Math.max(...Array.from(values)));
  expect(topOf(confidences!)).toBe(topOf(expected));
  // The views disagree enough for a missing or a wrong one to show.
  const top = topOf(expected);
  const spread = each.map((values) => values[top]!);
  expect(Math.max(...spread) - Math.min(...spread)).toBeGreaterThan(0.1);
});
