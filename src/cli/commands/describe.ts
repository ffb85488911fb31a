/** `fool describe`: what a model is made of, what it is shown and what it knows. */
import { Option, type Command } from 'commander';
import { describeModel, type ModelDescription } from '../../model/model-description.ts';
import type { Model } from '../../model/model.ts';
import { encodePng } from '../../node/image-file.ts';
import { loadModel } from '../../node/model-file.ts';
import { saveFile } from '../../node/save-file.ts';
import { formatCount, formatNumber } from '../../report/format.ts';
import { outputSides, preprocessingRows, renderModelPage, sidesText } from '../../report/model-page.ts';
import { aligned } from '../aligned.ts';
import { groups, withExamples } from '../help.ts';
import type { Invocation } from '../io.ts';
import { archOption, withOutput } from '../options.ts';
import { Terminal, type TerminalOptions } from '../terminal.ts';

interface DescribeOptions extends TerminalOptions {
  readonly arch?: string;
  readonly html?: string;
}

export function addDescribe(program: Command, invocation: Invocation): void {
  const command = withOutput(
    program
      .command('describe [model]')
      .description('what a model is made of: layers, shapes, parameters, preprocessing, classes'),
  )
    .addOption(archOption())
    .addOption(new Option('--html <file>', 'write it as a page, too').helpGroup(groups.output))
    .action((name: string | undefined, options: DescribeOptions) =>
      describe(name ?? 'lenet-mnist', options, new Terminal(options, invocation)),
    );
  withExamples(command, [
    ['fool describe caffenet-tiny', 'a shipped model'],
    ['fool describe weights.pth --arch alexnet-torchvision --html alexnet.html', 'a file, as a page'],
  ]);
}

async function describe(name: string, options: DescribeOptions, terminal: Terminal): Promise<void> {
  const { model, path, sha256 } = await loadModel(name, options.arch);
  const described = describeModel(model);
  for (const line of inWords(described)) terminal.answer(line);
  if (options.html !== undefined) {
    const meanPicture = described.preprocessing.meanImage ? pictureOf(model) : undefined;
    const page = renderModelPage({ model: described, sha256, ...(meanPicture && { meanPicture }) });
    await saveFile(options.html, new TextEncoder().encode(page));
    terminal.line(`page: ${options.html}`);
  }
  terminal.json({
    file: path,
    sha256,
    ...described,
    ...(options.html !== undefined && { page: options.html }),
  });
}

function inWords(model: ModelDescription): string[] {
  const { name, architecture, input, layers, parameters, multiplyAdds, classes, card } = model;
  const layerRows = layers.map((layer) => [
    layer.name,
    layer.kind,
    layer.settings,
    outputSides(layer.output),
    ...[layer.parameters, layer.multiplyAdds].map((value) => (value > 0 ? formatNumber(value) : '')),
  ]);
  const total = ['', '', '', '', formatNumber(parameters), formatNumber(multiplyAdds)];
  const head = ['layer', 'kind', 'settings', 'output', 'parameters', 'multiply-adds'];
  return [
    `${name} (${architecture}), input ${sidesText(input)}`,
    '',
    ...aligned([head, ...layerRows, total], [4, 5]),
    '',
    ...aligned(preprocessingRows(model)),
    '',
    `${formatCount(classes.length, 'class', 'classes')}:`,
    ...someOf(classes),
    ...Object.entries(card).map(([key, value]) => `${key}: ${value}`),
  ];
}

/** Classes of which a terminal shows all. */
const mostShown = 20;

function someOf(classes: readonly string[]): string[] {
  const all = classes.map((label, number) => [`  ${String(number)}`, label]);
  if (all.length <= mostShown) return aligned(all);
  const ends = [...all.slice(0, mostShown / 2), ['  …', ''], ...all.slice(-mostShown / 2)];
  return [...aligned(ends), '  (--json and --html name all of them)'];
}

/** The mean image in bytes, in the order of a picture's channels. */
function pictureOf({ preprocessing: { mean, image, channelOrder } }: Model): Uint8Array {
  const [channels, height, width] = image;
  const plane = height * width;
  const bytes = new Uint8Array(mean.length);
  mean.forEach((value, index) => {
    const channel = Math.floor(index / plane);
    const shown = channelOrder === 'bgr' ? channels - 1 - channel : channel;
    bytes[shown * plane + (index % plane)] = Math.min(255, Math.max(0, Math.round(value)));
  });
  return encodePng({ extent: image, bytes });
}
