/**
 * The 1,000 classes of ImageNet's challenge (ILSVRC2012) in the usual numbering: WordNet id and the synset's
 * words, e.g. `n01440764 tench, Tinca tinca`. The order is that of Caffe's `synset_words.txt`, which ascends
 * by WordNet id; torchvision and Keras share it. The words are those of WordNet 3.0 at that id
 * (https://wordnet.princeton.edu).
 */
import labels from './imagenet-labels.json' with { type: 'json' };

/** Label of each class, by its number. */
export const imagenetLabels: readonly string[] = labels;

/** The WordNet id that a label begins with, e.g. `n01440764`; undefined when it has none. */
export function wordNetId(label: string): string | undefined {
  return /^n\d{8}(?=\s|$)/.exec(label)?.[0];
}
