import { expect, test } from 'vitest';
import { imagenetLabels, wordNetId } from '../../src/datasets/imagenet-labels.ts';
import { loadModel } from '../../src/node/model-file.ts';

const ids = imagenetLabels.map((label) => wordNetId(label)!);

test('there are a thousand, each with a WordNet id and words, ascending by id', () => {
  expect(imagenetLabels).toHaveLength(1000);
  for (const label of imagenetLabels) expect(label).toMatch(/^n\d{8} \S.*\S$/);
  expect(ids).toEqual([...new Set(ids)].sort());
});

test('classes have the numbers by which everybody knows them', () => {
  const known: [number, string][] = [
    [0, 'n01440764 tench, Tinca tinca'],
    [1, 'n01443537 goldfish, Carassius auratus'],
    [134, 'n02012849 crane'],
    [207, 'n02099601 golden retriever'],
    [281, 'n02123045 tabby, tabby cat'],
    [285, 'n02124075 Egyptian cat'],
    [388, 'n02510455 giant panda, panda, panda bear, coon bear, Ailuropoda melanoleuca'],
    [404, 'n02690373 airliner'],
    [517, 'n03126707 crane'],
    [817, 'n04285008 sports car, sport car'],
    [954, 'n07753592 banana'],
    [963, 'n07873807 pizza, pizza pie'],
    [999, 'n15075141 toilet tissue, toilet paper, bathroom tissue'],
  ];
  for (const [number, label] of known) expect(imagenetLabels[number]).toBe(label);
});

test('the 200 classes of Tiny ImageNet are among them, word for word', async () => {
  const { model } = await loadModel('caffenet-tiny');
  expect(model.labels).toHaveLength(200);
  for (const label of model.labels) expect(imagenetLabels).toContain(label);
});

test('a label without an id has none', () => {
  expect(['tench', 'n123', 'n012345678 x', '7', ''].map(wordNetId)).toEqual(Array(5).fill(undefined));
  expect(wordNetId('n01440764')).toBe('n01440764');
});
