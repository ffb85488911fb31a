/** The program without what its commands need: enough for its own help, which is there at once. */
import { Command } from 'commander';
import { version } from '../version.ts';
import { environmentHelp, finishHelp } from './help.ts';
import type { Invocation } from './io.ts';

export const groupNames = {
  fool: 'Fool a network:',
  look: 'Look at what came out:',
  networks: 'Networks:',
  machine: 'This machine:',
} as const;

/** Each command as it is called, and its description; a test holds them equal to those of the commands themselves. */
const outlines: Readonly<
  Record<keyof typeof groupNames, readonly (readonly [line: string, about: string])[]>
> = {
  fool: [
    ['evolve', 'evolve fooling images with MAP-Elites'],
    ['ascend', 'climb along the gradient to images that the network is sure of'],
    [
      'experiment [arguments...]',
      'an experiment of the paper beside its figures (fool experiment list; NAME --help)',
    ],
  ],
  look: [
    ['report <folder...>', 'make grid.png and report.html of a run folder, or one page of many (--gallery)'],
    ['verify <folder>', 'judge the pictures of a run afresh and compare with its archive'],
    ['classify <image...>', 'the five likeliest classes of pictures (PNG, JPEG)'],
  ],
  networks: [
    ['describe [model]', 'what a model is made of: layers, shapes, parameters, preprocessing, classes'],
    ['evaluate', 'accuracy of a model over a test set'],
    ['train', 'train LeNet on MNIST'],
    [
      'import <file>',
      'turn weights (.caffemodel, .onnx, .pth, .safetensors, or the name of fetched ones) into a model file',
    ],
    ['weights', 'published weight files: list, fetch, verify'],
  ],
  machine: [
    ['doctor', 'which adapter is used and why, its limits and features'],
    ['tune', 'what was measured on this machine and is kept, kernels and roofs: list, clear'],
    [
      'bench [arguments...]',
      'measure kernels, networks and whole runs; compare and draw results (fool bench --help)',
    ],
    ['completion <shell>', 'print a script by which a shell completes command lines'],
  ],
};

/** Those that have options of their own are shown with them. */
const withoutOptions = new Set(['experiment', 'weights', 'tune', 'bench', 'completion']);

/** Whether a command line asks for no more than what the program is. */
export function asksForOverview([word = '', ...others]: readonly string[]): boolean {
  return others.length === 0 && ['--help', '-h', 'help', '--version', '-V'].includes(word);
}

export function newProgram({ out, err }: Invocation): Command {
  return (
    new Command('fool')
      .description(
        'Images that no human recognises and a neural network is sure of, by evolution on the GPU.',
      )
      .version(version, '-V, --version', 'show the version')
      .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
      .exitOverride()
      // What stands behind `experiment NAME` is for that program.
      .enablePositionalOptions()
  );
}

/** To be called when all commands are there. */
export function finishProgram(program: Command, invocation: Invocation): Command {
  program.helpCommand('help [command]', 'show the help of a command').addHelpText('after', environmentHelp());
  finishHelp(program, invocation);
  return program;
}

/** Commands that can be listed, and do nothing. */
export function buildOverview(invocation: Invocation): Command {
  const program = newProgram(invocation);
  for (const [group, lines] of Object.entries(outlines)) {
    program.commandsGroup(groupNames[group as keyof typeof groupNames]);
    for (const [line, about] of lines) {
      const command = program.command(line).description(about);
      if (!withoutOptions.has(command.name())) command.option('--json');
    }
  }
  return finishProgram(program, invocation);
}
