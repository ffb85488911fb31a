import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, html, trusted } from '../../src/report/markup.ts';
import { parsePage } from './page.ts';

describe('html', () => {
  it('escapes strings, joins lists and leaves markup as it is', () => {
    const list = ['<a>', html`<b>${'&'}</b>`, undefined, 3];
    expect(html`<p title="${`"'`}">${list}</p>`.text).toBe(
      '<p title="&quot;&#39;">&lt;a&gt;<b>&amp;</b>3</p>',
    );
  });

  it('passes trusted text through', () => {
    expect(
      html`<style>
        ${trusted('a > b {}')}
      </style>`.text,
    ).toContain('a > b {}');
  });

  it('keeps any text as text, in content and in attributes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        const body = parsePage(html`<p title="${text}">${text}</p>`.text);
        expect(body.children).toHaveLength(1);
        expect(body.querySelector('p')?.textContent).toBe(text);
        expect(body.querySelector('p')?.getAttribute('title')).toBe(text);
        expect(escapeHtml(text)).not.toMatch(/[<>"']/);
      }),
    );
  });
});
