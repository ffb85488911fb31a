/** `fool experiment`: the paper's sections. Their plots take long to load, so that only this command loads them. */
import { CommanderError, type Command } from 'commander';
import type { Invocation } from '../io.ts';
import { optionsOf } from '../option-words.ts';
import { keepForJson } from '../run-program.ts';

export function addExperiment(program: Command, invocation: Invocation): void {
  program
    .command('experiment')
    .description('an experiment of the paper beside its figures (fool experiment list; NAME --help)')
    .argument('[arguments...]')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (passed: string[]) => {
      const { buildExperiments } = await import('../experiments.ts');
      const experiments = buildExperiments(invocation);
      invocation.options = new Map([...invocation.options, ...optionsOf(experiments)]);
      try {
        await experiments.parseAsync(passed, { from: 'user' });
      } catch (error) {
        if (error instanceof CommanderError) keepForJson(error, experiments, passed, invocation);
        throw error;
      }
    });
}
