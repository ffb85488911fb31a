/** What state dicts show of parts that no architecture here has, and how to get a file without them. */
import type { WeightFile } from '../formats/weight-file.ts';

/** Masks of zeros and ones are often kept as booleans, which no layer needs but which the weights are multiplied by. */
const mask = /(^|[._/])(weight|bias)_mask$/;

const signs: readonly (readonly [sign: RegExp, what: (name: string) => string])[] = [
  [
    /running_(mean|var)|moving_(mean|variance)/,
    (name) =>
      `the network has batch normalisation (${name}), which no architecture here has; export it as ONNX, from which it is folded into the layers before`,
  ],
  [
    mask,
    (name) =>
      `its weights are pruned by a mask (${name}); torch.nn.utils.prune.remove makes it part of them before the file is saved`,
  ],
  [
    /(^|[._/])(weight_g|weight_u|parametrizations[._/].*original\d*)$/,
    (name) =>
      `its weights are made of others (${name}); torch.nn.utils.remove_weight_norm, remove_spectral_norm or parametrize.remove_parametrizations leaves the weights themselves before the file is saved`,
  ],
];

/**
 * The first such part among a file's tensors, those of other types too.
 * @returns a sentence without its end; undefined where there is none
 */
export function partUnknownHere({ tensors, ignored }: WeightFile): string | undefined {
  const names = [...tensors.keys(), ...ignored.map(({ name }) => name)];
  for (const [sign, what] of signs) {
    const name = names.find((each) => sign.test(each));
    if (name !== undefined) return what(name);
  }
  return undefined;
}

/** Whether the weights are multiplied by it. */
export const isMask = (name: string): boolean => mask.test(name);

/** What optimisers keep for each weight, and averages of the weights over the training. */
export const ofTraining = (name: string): boolean =>
  /(^|[._/])(optimi[sz]er|exp_avg|max_exp_avg|exp_avg_sq|square_avg|momentum(_buffer)?|ema|adam)([._/]|$)/i.test(
    name,
  );

/** Single numbers that training counts and measures. Any other may scale or bend what flows, as the one of a PReLU does. */
export const isCounter = (name: string): boolean =>
  /(^|[._/])(num_batches_tracked|((global|n)_)?(steps?|epochs?|iter(ation)?s?|updates?)|count(er)?|best\w*|loss|acc\w*|lr|learning_rate|seed|version)$/i.test(
    name,
  );
