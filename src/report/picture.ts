/** Pictures within a page, which needs no other file. */
import { html, type Markup } from './markup.ts';

/** @param description read out in place of the picture */
export function embeddedPicture(png: Uint8Array | undefined, description: string): Markup {
  if (!png) return html`<div class="missing">no picture</div>`;
  return html`<img src="data:image/png;base64,${base64(png)}" alt="${description}" />`;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
