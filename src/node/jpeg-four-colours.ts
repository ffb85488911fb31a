/**
 * JPEG of four colours (CMYK, YCCK), as programs for printing write it: libjpeg gives it as it is, and the WebAssembly around
 * it wants RGB. jpeg-js brings it there as browsers do without a colour profile: ink is stored inverted, and
 * red = cyan · black / 255.
 */
import jpeg from 'jpeg-js';
import { messageOf } from '../util/message-of.ts';
import { MAX_PIXELS } from './image-limits.ts';
import { JpegError, type DecodedJpeg } from './jpeg-decoder.ts';

/** Coefficients of 50 megapixels take 0.8 GB, their samples and the picture 0.6 GB more. */
const mostMegabytes = 1500;
/** Start of the image, and Adobe's segment that says of four colours that they are CMYK. */
const START_AND_ADOBE = [
  ...[0xff, 0xd8, 0xff, 0xee, 0, 14],
  ...new TextEncoder().encode('Adobe'),
  ...[0, 100, 0, 0, 0, 0, 0],
];

/** libjpeg's words, which jpeg-js has not. */
const WITHOUT_END = 'Premature end of JPEG file';
const hasEnd = (bytes: Uint8Array): boolean => bytes[bytes.lastIndexOf(0xd9) - 1] === 0xff;

/** @throws JpegError */
export function decodeFourColours(bytes: Uint8Array): DecodedJpeg {
  // jpeg-js wants Adobe's segment; libjpeg and browsers take CMYK where there is none. Of two it takes the last.
  const marked = new Uint8Array(bytes.length - 2 + START_AND_ADOBE.length);
  marked.set(START_AND_ADOBE);
  marked.set(bytes.subarray(2), START_AND_ADOBE.length);
  try {
    const image = jpeg.decode(marked, {
      useTArray: true,
      tolerantDecoding: true,
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: mostMegabytes,
    });
    return hasEnd(bytes) ? image : { ...image, warning: WITHOUT_END };
  } catch (error) {
    // A TypeError is jpeg-js stumbling over a table or block that is not there.
    const detail = error instanceof TypeError ? 'a table or block is missing' : messageOf(error);
    throw new JpegError(detail, { cause: error });
  }
}
