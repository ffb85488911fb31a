/** Ascents of shipped networks from noise, and what ONNX Runtime says of the pictures. */
import { recordAscent } from '../../src/runs/ascent/record.ts';
import { classObjectives } from '../../src/ascent/objective/parse-objective.ts';
import { presets, type PresetName } from '../../src/ascent/optimiser/presets.ts';
import type { AscentRunSettings } from '../../src/runs/ascent/settings-schema.ts';
import { newAscent } from '../../src/runs/ascent/start.ts';
import type { Model } from '../../src/model/model.ts';
import { decodeImage, encodePng } from '../../src/node/image-file.ts';
import { downloadParameters, uploadParameters } from '../../src/network/upload.ts';
import { readAscent } from '../../src/runs/ascent/read.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { openTestGpu } from '../gpu.ts';
import { onnxNetwork } from '../../bench/peers/onnx-network.ts';

export async function climbed(
  model: Model,
  classes: number[],
  preset: PresetName,
  changes: Partial<AscentRunSettings>,
) {
  const { climb, measure, steps } = presets[preset];
  const storage = new MemoryStorage();
  const settings: AscentRunSettings = {
    model: model.name,
    objectives: classObjectives(classes, measure, [], model),
    steps,
    seed: 1,
    start: { from: 'gaussian', size: 1 },
    parametrisation: { kind: 'pixel' },
    trials: [{ name: preset, climb }],
    batch: Math.ceil(classes.length / 4) * 4,
    ...changes,
  };
  const gpu = await openTestGpu(settings.steps);
  const ascent = await newAscent({
    gpu,
    model,
    sha256: '',
    settings,
    storage,
    encodePicture: encodePng,
    started: '',
  });
  await recordAscent(ascent, { now: () => performance.now() });
  ascent.destroy();
  const { rows } = await readAscent(storage);
  return {
    rows,
    pictures: rows.map(({ picture }) => decodeImage(storage.files.get(picture)!, picture).bytes),
  };
}

/** Confidences of class by class by ONNX Runtime's CPU provider, of what a network is shown of pictures. */
export async function onnxConfidences(
  model: Model,
  pictures: readonly Uint8Array[],
  classes: readonly number[],
) {
  const { image, crop, mean, scale, channelOrder } = model.preprocessing;
  const [channels, height, width] = image;
  const offset = Math.floor((height - crop) / 2);
  const inputs = pictures.flatMap((pixels) =>
    Array.from({ length: channels * crop * crop }, (_, index) => {
      const [channel, row, column] = [
        Math.floor(index / (crop * crop)),
        offset + (Math.floor(index / crop) % crop),
        offset + (index % crop),
      ];
      const from = channelOrder === 'bgr' ? channels - 1 - channel : channel;
      const at = row * width + column;
      return (pixels[from * height * width + at]! - mean[channel * height * width + at]!) * scale[channel]!;
    }),
  );
  const gpu = await openTestGpu();
  // Weights that a file holds as two factors are whole on the device.
  const parameters = await uploadParameters(gpu, model.architecture, model.weights, model.name);
  const weights = await downloadParameters(gpu, model.architecture, parameters);
  const judge = await onnxNetwork(model.architecture, weights);
  const logits = await judge(Float32Array.from(inputs), pictures.length);
  const size = logits.length / pictures.length;
  return classes.map((wanted, index) => {
    const row = [...logits.slice(index * size, (index + 1) * size)];
    const most = Math.max(...row);
    return Math.exp(row[wanted]! - most) / row.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  });
}
