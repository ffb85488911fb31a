import { describe, expect, it } from 'vitest';
import { renderModelPage } from '../../src/report/model-page.ts';
import { parsePage } from './page.ts';

const model = {
  name: 'small',
  architecture: 'lenet',
  input: [1, 28, 28],
  layers: [
    {
      name: 'conv1',
      kind: 'conv2d',
      settings: '20 of 5 × 5',
      output: [20, 24, 24],
      weights: [20, 1, 5, 5],
      parameters: 520,
      multiplyAdds: 288_000,
    },
    {
      name: 'relu1',
      kind: 'relu',
      settings: '',
      output: [20, 24, 24],
      parameters: 0,
      multiplyAdds: 0,
    },
  ],
  parameters: 520,
  multiplyAdds: 288_000,
  preprocessing: {
    image: [1, 28, 28],
    crop: 28,
    channels: 'grey',
    mean: [0],
    meanImage: false,
    scale: [1 / 256],
  },
  classes: ['<b>cat</b>', 'dog'],
  card: { origin: 'trained here' },
} as unknown as Parameters<typeof renderModelPage>[0]['model'];

describe('the page of a model', () => {
  const page = renderModelPage({ model, sha256: 'ab'.repeat(32) });
  const document = parsePage(page);

  it('names model and command in title and heading', () => {
    expect(page).toContain('<title>small · fool describe · lenet</title>');
    expect(document.querySelector('h1')?.textContent).toBe('small fool describe: lenet');
  });

  it('has figures, and contents that lead to every section', () => {
    expect(document.querySelector('.numbers')?.textContent.replaceAll(/\s+/g, ' ')).toContain(
      'layers 21 with weights',
    );
    const headings = [...document.querySelectorAll('h2')].map(({ textContent }) => textContent);
    expect(headings).toEqual(['Layers', 'What it is shown', 'Classes', 'What the file says of itself']);
    const links = [...document.querySelectorAll('nav a')];
    expect(links.map(({ textContent }) => textContent)).toEqual(headings);
    for (const link of links)
      expect(document.querySelector(link.getAttribute('href') ?? '')?.querySelector('h2')?.textContent).toBe(
        link.textContent,
      );
  });

  it('keeps the names of classes as text', () => {
    expect(document.querySelector('.classes li')?.textContent).toBe('<b>cat</b>');
  });
});
