/** A model on one page: what it is made of, what it is shown, and what it knows. */
import type { ModelDescription } from '../model/model-description.ts';
import type { Extent } from '../network/layer.ts';
import { formatCount, formatNumber } from './format.ts';
import { html } from './markup.ts';
import { renderPage } from './page.ts';
import { pictureOf } from './picture.ts';
import { contents, Section } from './section.ts';
import { columnTable, largeFigures, namedTable, type NamedRow } from './tables.ts';

/** What a page about a model shows. */
export interface ModelPageInput {
  readonly model: ModelDescription;
  /** Of its file. */
  readonly sha256: string;
  /** PNG of the mean image, where the mean is one. */
  readonly meanPicture?: Uint8Array;
}

/** Extents and shapes as a table shows them. */
export const sidesText = (shape: readonly number[]): string => shape.map(String).join(' × ');

/** What comes out of a layer; of one pixel, its values alone. */
export const outputSides = ([channels, height, width]: Extent): string =>
  sidesText(height * width === 1 ? [channels] : [channels, height, width]);

/** What an image goes through before the network sees it, in rows for people. */
export function preprocessingRows({ preprocessing, input }: ModelDescription): [string, string][] {
  const { image, crop, channels, mean, meanImage, scale } = preprocessing;
  const values = mean.map((value) => String(Number(value.toPrecision(7)))).join(', ');
  const factors = new Set(scale).size === 1 ? scale.slice(0, 1) : scale;
  return [
    ['picture', `${sidesText(image)} (channels × height × width)`],
    [
      'seen of it',
      `${sidesText([crop, crop])} pixels${crop === input[1] ? '' : `, brought to ${sidesText(input.slice(1))}`}`,
    ],
    ['channels', channels],
    ['minus the mean', meanImage ? `an image, on average ${values}` : values],
    ['times', factors.map(String).join(', ')],
  ];
}

/** A page about a model, as HTML of one file. */
export function renderModelPage({ model, sha256, meanPicture }: ModelPageInput): string {
  const { name, architecture, layers, parameters, multiplyAdds, classes, card } = model;
  const columns = [
    ...['layer', 'kind', 'settings'].map((heading) => ({ heading })),
    ...['output', 'weights', 'parameters', 'multiply-adds'].map((heading) => ({ heading, numeric: true })),
  ];
  const rows = layers.map((layer) => ({
    cells: [
      layer.name,
      layer.kind,
      layer.settings,
      outputSides(layer.output),
      layer.weights ? sidesText(layer.weights) : '',
      ...[layer.parameters, layer.multiplyAdds].map((value) => (value > 0 ? formatNumber(value) : '')),
    ],
  }));
  const header = html`<p class="quiet">
    ${architecture}, ${formatCount(classes.length, 'class', 'classes')}; SHA-256 <code>${sha256}</code>
  </p>`;
  const about = Object.entries(card).map(([key, value]): NamedRow => [key, value]);
  const withWeights = layers.filter(({ weights }) => weights !== undefined).length;
  const figures = largeFigures([
    ['parameters', formatNumber(parameters), 'weights and biases'],
    ['multiply-adds', formatNumber(multiplyAdds), 'for one image'],
    ['layers', formatNumber(layers.length), `${formatNumber(withWeights)} with weights`],
    ['classes', formatNumber(classes.length), ''],
  ]);
  const sections = [
    new Section(
      'Layers',
      html`<p>Takes ${sidesText(model.input)} (channels × height × width).</p>
        ${columnTable(columns, rows)}`,
    ),
    new Section(
      'What it is shown',
      html`${namedTable(preprocessingRows(model))}
      ${
        meanPicture &&
        html`<figure>
          ${pictureOf({ png: meanPicture }, 'the mean image')}
          <figcaption>The mean image, which is subtracted from every picture.</figcaption>
        </figure>`
      }`,
    ),
    new Section(
      'Classes',
      html`<ol class="classes" start="0">
        ${classes.map((label) => html`<li>${label}</li>`)}
      </ol>`,
    ),
    about.length > 0 ? new Section('What the file says of itself', namedTable(about)) : undefined,
  ];
  const page = { run: name, command: 'fool describe', about: architecture };
  return renderPage(page, header, [figures, contents(sections), ...sections], { head: html``, style });
}

const style = `.classes { columns: 16rem; column-gap: 1.5rem; padding: 0; }
.classes li { break-inside: avoid; margin-left: 2.6rem; }
figure img { width: 16rem; max-width: 100%; }`;
