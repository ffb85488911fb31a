import { expect, test } from 'vitest';
import { ClassNames } from '../../src/datasets/class-names.ts';
import { imagenetLabels } from '../../src/datasets/imagenet-labels.ts';

const imagenet = new ClassNames(imagenetLabels);

test.each([
  ['1', 1],
  ['999', 999],
  ['n01443537', 1],
  ['N01443537', 1],
  ['goldfish', 1],
  ['Goldfish', 1],
  ['great white shark', 2],
  ['great_white_shark', 2],
  ['goldfish, Carassius auratus', 1],
  ['n01443537 goldfish, Carassius auratus', 1],
  ['maillot', 638],
  ['maillot, tank suit', 639],
])('"%s" is class %i', (name, number) => {
  expect(imagenet.find(name)).toBe(number);
});

test('a name that fits several classes is refused with their numbers', () => {
  expect(imagenet.find('crane')).toMatch(/several classes.* 134 .* 517 .*name the number/);
});

test.each(['1000', '-1', '01', 'carassius', 'n00000000', '', 'train'])('"%s" is no class', (name) => {
  expect(imagenet.find(name)).toMatch(
    /expected a class number from 0 to 999, a WordNet id such as n01440764, or a label such as "tench"/,
  );
});

test('a label that is a number wins over the number', () => {
  const names = new ClassNames(['7', '0', 'one']);
  expect(['7', '0', '2', '1'].map((name) => names.find(name))).toEqual([0, 1, 2, 1]);
  expect(names.find('x')).toMatch(/number from 0 to 2 or a label such as "7"/);
});

test('suggests the nearest label where a name was mistyped', () => {
  expect(imagenet.find('goldfsh')).toMatch(
    /"goldfsh" is none of the model's classes: .*; was "goldfish" meant\?$/,
  );
  expect(imagenet.find('1000')).not.toContain('meant');
});

test.each([
  ['shark', /; was "great white shark", "tiger shark" or "hammerhead" meant\?$/],
  ['carassius', /; was "goldfish" meant\?$/],
  ['timber wolves', /; was "timber wolf" meant\?$/],
  ['grey wolfe', /; was "timber wolf" meant\?$/],
])('proposes names of classes for "%s"', (name, hint) => {
  expect(imagenet.find(name)).toMatch(hint);
});
