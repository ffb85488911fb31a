/** The commands below `fool experiment`: `list`, `report`, and one for each experiment with its settings as options. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { experiments } from '../experiments/registry.ts';
import type { Experiment } from '../experiments/experiment.ts';
import {
  flagOf,
  scales,
  SettingError,
  settingText,
  type Values,
} from '../experiments/experiment-settings.ts';
import type { ExperimentOptions } from './experiment-options.ts';
import { finishHelp, groups, withExamples } from './help.ts';
import type { Invocation } from './io.ts';
import { withCommon, withOutput } from './options.ts';
import { runExperiment } from './run-experiment.ts';
import { writeResults } from './experiment-results.ts';
import { Terminal, type TerminalOptions } from './terminal.ts';

export function buildExperiments(invocation: Invocation): Command {
  const { out, err } = invocation;
  const program = new Command('fool experiment')
    .description('the experiments of the paper, and some beyond it, each beside the paper’s own figures')
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .exitOverride();
  addList(program, invocation);
  addResults(program, invocation);
  for (const experiment of experiments) addOne(program, experiment, invocation);
  withExamples(program, [
    ['fool experiment mnist-cppn', 'minutes: smaller than the paper’s, and it says in what'],
    ['fool experiment mnist-cppn --scale paper', 'exactly the paper’s settings'],
  ]);
  finishHelp(program, invocation);
  return program;
}

function addList(program: Command, invocation: Invocation): void {
  withOutput(program.command('list').description('names all experiments')).action(
    (options: TerminalOptions) => {
      const terminal = new Terminal(options, invocation);
      for (const { name, title, section } of experiments)
        terminal.answer(`${name.padEnd(20)} ${title} (${section})`);
      terminal.json({
        experiments: experiments.map(({ name, title, section, about, settings }) => ({
          ...{ name, title, section, about },
          settings: Object.fromEntries(
            Object.entries(settings).map(([key, { about: what, quick, paper }]) => [
              key,
              { about: what, quick, paper },
            ]),
          ),
        })),
      });
    },
  );
}

function addResults(program: Command, invocation: Invocation): void {
  withOutput(
    program
      .command('report <folders...>')
      .description('one page of Markdown out of the folders of experiments that are done')
      .option('--out <file>', 'page to write; figures go to a folder results beside it', 'results.md'),
  ).action(async (folders: string[], options: TerminalOptions & { readonly out: string }) => {
    await writeResults(folders, options.out, new Terminal(options, invocation));
  });
}

function addOne(program: Command, experiment: Experiment, invocation: Invocation): void {
  const { name, title, section, about, settings } = experiment;
  const command = withCommon(
    program.command(name).summary(title).description(`${title}: ${about} (${section})`),
  )
    .optionsGroup('Settings:')
    .addOption(new Option('--scale <name>', 'values of all settings').choices([...scales]).default('quick'))
    .optionsGroup(groups.folder)
    .option('--out <folder>', 'folder of the experiment', `runs/${name}`)
    .option('--resume', 'go on with the experiment in the folder', false)
    .option('--replace', 'delete the experiment in the folder first', false)
    .optionsGroup('Settings:');
  for (const [key, setting] of Object.entries(settings)) {
    const { about: what, placeholder, parse } = setting;
    const [quick, paper] = [setting.quick, setting.paper].map((value) => settingText(value, setting.none));
    const values = quick === paper ? String(quick) : `quick: ${String(quick)}, paper: ${String(paper)}`;
    command.option(`${flagOf(key)} <${placeholder}>`, `${what} (${values})`, (given: string) =>
      // Names of classes are the model's, which is not there yet.
      setting.ofClasses && /[^\d\s,]/.test(given) && given !== 'all' ? given : parsed(parse, given),
    );
  }
  command.action((options: ExperimentOptions & Values) => {
    const given = Object.fromEntries(
      Object.keys(settings).flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
    ) as Values;
    const scaleGiven = command.getOptionValueSource('scale') === 'cli';
    return runExperiment(experiment, options, { given, scaleGiven }, new Terminal(options, invocation));
  });
}

function parsed<T>(parse: (text: string) => T, given: string): T {
  try {
    return parse(given);
  } catch (error) {
    if (error instanceof SettingError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}
