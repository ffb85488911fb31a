import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { kernelText } from '../../src/gpu/kernel.ts';
import { link } from '../../src/wgsl/link.ts';
import { openTestGpu } from '../gpu.ts';
import { everyLaunch } from './every-launch.ts';

const shaderFiles = readdirSync('shaders', { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.wgsl') && !file.startsWith('lib/'),
);

test('every shader is valid in every variant, without a warning', async () => {
  const gpu = await openTestGpu();
  const sources = new Map(everyLaunch(gpu).map(({ kernel }) => [kernelText(kernel), kernel]));
  for (const [code, { family, variant }] of sources) {
    const { messages } = await gpu.device.createShaderModule({ code }).getCompilationInfo();
    expect(messages.map(({ message }) => `${family}/${variant}: ${message}`)).toEqual([]);
  }
});

test('no shader is left out of the check above, and none is without its module', async () => {
  const gpu = await openTestGpu();
  const checked = new Set(everyLaunch(gpu).map(({ kernel }) => kernel.family));
  const shaders = shaderFiles.map((file) => basename(file).replace(/(-quads)?\.wgsl$/, ''));
  expect([...checked].sort()).toEqual([...new Set(shaders)].sort());
});

test.each(shaderFiles)('%s compiles as it stands, with its libraries, without a warning', async (file) => {
  const gpu = await openTestGpu();
  const code = link(readFileSync(`shaders/${file}`, 'utf8'));
  const { messages } = await gpu.device.createShaderModule({ code }).getCompilationInfo();
  expect(messages.map(({ message }) => message)).toEqual([]);
});
