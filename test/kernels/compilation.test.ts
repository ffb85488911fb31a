import { expect, test } from 'vitest';
import { kernelText } from '../../src/gpu/kernel.ts';
import { families } from '../../src/kernels/cases.ts';
import { allowed } from '../../src/kernels/tuning/variant.ts';
import { link } from '../../src/wgsl/link.ts';
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

test.each(Object.entries(families))(
  'every entry point and every variant of %s is in the check above',
  async (name, { entries, shaders, variants = [] }) => {
    const gpu = await openTestGpu();
    const launches = everyLaunch(gpu).filter(({ kernel }) => kernel.family === name);
    const able = variants.filter((variant) => allowed(variant, gpu));
    const chosen = new Set(launches.map(({ choice }) => choice?.variant));
    expect(able.map((variant) => variant.name).filter((variant) => !chosen.has(variant))).toEqual([]);
    // Entry points of variants that this adapter has no means for are out of reach.
    const unable = new Set(
      variants.filter((variant) => !able.includes(variant)).map(({ entryPoint }) => entryPoint),
    );
    const launched = new Set(launches.map(({ kernel }) => kernel.entryPoint));
    expect(Object.keys(entries).filter((entry) => !launched.has(entry) && !unable.has(entry))).toEqual([]);
    for (const { kernel } of launches) {
      expect(Object.keys(entries)).toContain(kernel.entryPoint);
      expect(Object.values(shaders)).toContain(kernel.source);
    }
  },
);

const shaders = Object.values(families).flatMap((family) => Object.entries(family.shaders));

test.each(shaders)(
  '%s.wgsl compiles as it stands, with its libraries, without a warning',
  async (_, text) => {
    const gpu = await openTestGpu();
    const { messages } = await gpu.device.createShaderModule({ code: link(text) }).getCompilationInfo();
    expect(messages.map(({ message }) => message)).toEqual([]);
  },
);
