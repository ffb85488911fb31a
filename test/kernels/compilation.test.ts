import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kernelText } from '../../src/gpu/kernel.ts';
import { openTestGpu } from '../gpu.ts';
import { everyLaunch } from './every-launch.ts';

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
  const shaders = readdirSync('shaders').map((file) => file.replace(/(-quads)?\.wgsl$/, ''));
  const parts = ['threefry', 'cppn-network', 'cppn-values', 'cppn-stored-values'];
  // These have no entry point: direct.wgsl and dropout.wgsl, and what draws and climbs CPPNs, are compiled with them in front.
  expect([...checked, ...parts].sort()).toEqual([...new Set(shaders)].sort());
});
