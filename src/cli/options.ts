/** Options that several commands share, and parsers that say what they expected. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { architectureNames } from '../model/architectures/index.ts';
import { groups } from './help.ts';
import { denseStorages, type DenseStorage } from '../network/parameters.ts';
import type { Tune } from './tuning.ts';

export interface CommonOptions {
  readonly adapter: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface TuneOptions {
  readonly tune: Tune;
}

export interface ModelOptions extends CommonOptions, TuneOptions {
  readonly denseWeights: DenseStorage;
  readonly model: string;
  readonly arch?: string;
}

/** --adapter, or else the environment's `FOOL_ADAPTER`. */
export const adapterOption = (): Option =>
  new Option('--adapter <name>', 'auto, swiftshader, lavapipe, or part of an adapter’s name')
    .env('FOOL_ADAPTER')
    .default('auto')
    .helpGroup(groups.device);

/** --arch, of a file that does not say it itself. */
export const archOption = (): Option =>
  new Option('--arch <name>', 'architecture of a file that names none')
    .choices([...architectureNames])
    .helpGroup(groups.model);

/** Adds --adapter, --json and --quiet. */
export function withCommon(command: Command): Command {
  return withOutput(command).addOption(adapterOption());
}

/** Adds --json and --quiet. */
export function withOutput(command: Command): Command {
  return command
    .addOption(
      new Option('--json', 'print one JSON object on standard output, everything else on standard error')
        .default(false)
        .helpGroup(groups.output),
    )
    .addOption(
      new Option('--quiet', 'print nothing but the answer, errors and warnings')
        .default(false)
        .helpGroup(groups.output),
    );
}

/** Adds --tune and --no-tune. */
export function withTune(command: Command): Command {
  return command
    .addOption(
      new Option('--tune', 'measure first which kernels are fastest here, and keep that for later commands')
        .default('at first use' satisfies Tune, 'on GPUs, once for a network, in two seconds')
        .helpGroup(groups.device),
    )
    .addOption(new Option('--no-tune', 'take no account of what was measured').helpGroup(groups.device));
}

/** Adds --model, --arch and the like as well. */
export function withModel(command: Command): Command {
  return withTune(withCommon(command))
    .addOption(
      new Option('--model <name>', 'a shipped model, or a weight file (.safetensors; others with --arch)')
        .default('lenet-mnist')
        .helpGroup(groups.model),
    )
    .addOption(archOption())
    .addOption(
      new Option('--dense-weights <storage>', 'f32: exact; f16: halves, in half the memory')
        .choices([...denseStorages])
        .default('f32')
        .helpGroup(groups.model),
    );
}

/** Adds --crops. */
export function withCrops(command: Command): Command {
  return command.addOption(
    new Option('--crops <n>', 'views of an image that are averaged: 1 or 10')
      .argParser(oneOrTen)
      .default(1)
      .helpGroup(groups.model),
  );
}

/** A parser for whole numbers in a range. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (
      /^[+-]?\d+(\.0*)?(e\d+)?$/i.test(text.trim()) &&
      Number.isInteger(value) &&
      value >= least &&
      value <= most
    )
      return value;
    const range =
      most === Number.MAX_SAFE_INTEGER ? `from ${String(least)}` : `from ${String(least)} to ${String(most)}`;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };
}

/** Parses a positive number. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}

/** How many views of an image are averaged. */
export function oneOrTen(text: string): 1 | 10 {
  if (text === '1' || text === '10') return Number(text) as 1 | 10;
  throw new InvalidArgumentError('Expected 1 or 10.');
}
