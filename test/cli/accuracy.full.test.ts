/** The shipped LeNet over all of MNIST's test images, and what `--check mnist` finds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadModel } from '../../src/node/model-file.ts';
import { binaryproto, lenetCaffemodel } from '../support/lenet-files.ts';
import { fool, foolProcess } from './fool.ts';

// Ten thousand images take many launches, for which quick kernels pay.
process.env['FOOL_EXPECTED_LAUNCHES'] = '300';
const root = mkdtempSync(path.join(tmpdir(), 'fool-accuracy-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

it('fool evaluate names at least 99 % of the ten thousand digits right', async () => {
  const { code, out } = await foolProcess('evaluate', ...device, '--json');
  expect(code).toBe(0);
  const { accuracy, images } = JSON.parse(out) as { accuracy: number; images: number };
  expect(images).toBe(10_000);
  expect(accuracy).toBeGreaterThanOrEqual(0.99);
  expect(accuracy).toBeLessThanOrEqual(1);
}, 300_000);

it('the second LeNet names as many digits right as its card says', async () => {
  const { code, out } = await foolProcess('evaluate', ...device, '--model', 'lenet-mnist-b', '--json');
  expect(code).toBe(0);
  const { correct } = JSON.parse(out) as { correct: number };
  // Other adapters round otherwise.
  expect(Math.abs(correct - 9894)).toBeLessThanOrEqual(2);
}, 300_000);

it('fool import --check mnist passes with the right preprocessing', async () => {
  const { weights, preprocessing } = (await loadModel('lenet-mnist')).model;
  const [weightFile, mean] = [path.join(root, 'lenet.caffemodel'), path.join(root, 'mean.binaryproto')];
  writeFileSync(weightFile, lenetCaffemodel(weights));
  writeFileSync(mean, binaryproto(preprocessing.image, preprocessing.mean));
  const { code, out } = await fool(
    ...['import', ...device, weightFile, '--arch', 'lenet', '--mean', mean, '--check', 'mnist'],
    ...['--out', path.join(root, 'checked.safetensors'), '--json'],
  );
  expect(code).toBe(0);
  const { check } = JSON.parse(out) as {
    check: { passed: boolean; datasets: { accuracy: number; images: number }[] };
  };
  expect(check.passed).toBe(true);
  expect(check.datasets[0]).toMatchObject({ dataset: 'mnist', images: 10_000 });
  expect(check.datasets[0]!.accuracy).toBeGreaterThan(0.985);
}, 300_000);
