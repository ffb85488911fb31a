/** `fool doctor`: what this machine offers, what would be used, and why. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Gpu } from '../../gpu/device.ts';
import { formatBytes } from '../../gpu/errors.ts';
import { shippedModels } from '../../node/model-file.ts';
import { readTuned, tuningFileOf, tuningFolder } from '../../node/tuning-cache.ts';
import { version } from '../../version.ts';
import { withExamples } from '../help.ts';
import { formatCount } from '../../report/format.ts';
import type { Invocation } from '../io.ts';
import { withCommon, type CommonOptions } from '../options.ts';
import { Terminal } from '../terminal.ts';

export function addDoctor(program: Command, invocation: Invocation): void {
  const command = withCommon(
    program.command('doctor').description('which adapter is used and why, its limits and features'),
  ).action(async (options: CommonOptions) => {
    const terminal = new Terminal(options, invocation);
    const words: string[] = [];
    const hear = (text: string) => {
      words.push(...text.split('\n').filter((line) => line.trim() !== ''));
    };
    const { gpu, attempts, close } = await invocation.openDevice(options.adapter, hear);
    try {
      const facts = factsOf(gpu);
      terminal.answer(
        `easily-fooled ${version}, Node ${process.version}, ${process.platform} ${process.arch}`,
      );
      terminal.answer('searched:');
      for (const { source, outcome } of attempts) terminal.answer(`  ${source}: ${outcome}`);
      if (words.length > 0)
        terminal.answer('what the drivers said meanwhile, which other commands hold back:');
      for (const word of words) terminal.answer(`  ${word}`);
      terminal.answer(`used: ${gpu.adapter.description}`);
      terminal.answer(`why: ${gpu.adapter.reason}`);
      terminal.answer(`kernels: variants for ${gpu.adapter.kind}`);
      const tuning = await tuningFacts(gpu);
      terminal.answer(
        tuning.problem ??
          (tuning.shapes > 0
            ? `tuned: ${formatCount(tuning.shapes, 'shape')}, in ${tuning.file}`
            : `tuned: nothing; evolve, ascend, classify, evaluate and train do so ${gpu.adapter.kind === 'gpu' ? 'at first use' : 'with --tune'}`),
      );
      terminal.answer(`optional features in use: ${facts.features.join(', ') || 'none'}`);
      terminal.answer(
        `largest binding ${formatBytes(facts.limits.maxStorageBufferBindingSize)}, largest buffer ${formatBytes(facts.limits.maxBufferSize)}`,
      );
      terminal.answer(
        `workgroups: ${String(facts.limits.maxComputeInvocationsPerWorkgroup)} invocations, ${formatBytes(facts.limits.maxComputeWorkgroupStorageSize)} of memory`,
      );
      terminal.answer(`models: ${shippedModels().join(', ') || 'none'}`);
      terminal.json({
        version,
        node: process.version,
        platform: process.platform,
        arch: process.arch,
        attempts,
        driverWords: words,
        ...facts,
        tuning,
        models: shippedModels(),
      });
    } finally {
      close();
    }
  });
  withExamples(command, [['fool doctor --adapter lavapipe', 'would that one do?']]);
}

/** What was measured on this adapter, for this version's kernels. */
async function tuningFacts({ adapter }: Gpu) {
  const { choices = {}, problem } = await readTuned(adapter);
  const file = join(tuningFolder(), tuningFileOf(adapter));
  return {
    file,
    shapes: Object.keys(choices).length,
    ...(problem !== undefined && { problem: `${problem}; --tune measures them afresh` }),
  };
}

function factsOf(gpu: Gpu) {
  const {
    maxStorageBufferBindingSize,
    maxBufferSize,
    maxComputeInvocationsPerWorkgroup,
    maxComputeWorkgroupStorageSize,
    maxComputeWorkgroupsPerDimension,
  } = gpu.limits;
  const features = (['timestamp-query', 'shader-f16', 'subgroups'] as const).filter((feature) =>
    gpu.has(feature),
  );
  return {
    adapter: gpu.adapter,
    features,
    limits: {
      maxStorageBufferBindingSize,
      maxBufferSize,
      maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension,
    },
  };
}
