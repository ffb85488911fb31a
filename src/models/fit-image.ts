/** Brings a picture to the size and channels that a model looks at. */

export interface PlanarImage {
  /** Bytes [channels, height, width]. */
  readonly pixels: Uint8Array;
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}

/** Scaled bilinearly, pixel centres aligned; colour becomes gray by Rec. 601 weights, gray becomes three equal channels. */
export function fitImage(
  image: PlanarImage,
  [channels, height, width]: readonly [1 | 3, number, number],
): Uint8Array<ArrayBuffer> {
  const source = image.channels === channels ? image : changeChannels(image, channels);
  const result = new Uint8Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const y = ((row + 0.5) * source.height) / height - 0.5;
        const x = ((column + 0.5) * source.width) / width - 0.5;
        result[(channel * height + row) * width + column] = Math.round(sample(source, channel, y, x));
      }
    }
  }
  return result;
}

function sample({ pixels, height, width }: PlanarImage, channel: number, y: number, x: number): number {
  const top = Math.floor(y);
  const left = Math.floor(x);
  const at = (row: number, column: number) => {
    const inRow = Math.min(height - 1, Math.max(0, row));
    const inColumn = Math.min(width - 1, Math.max(0, column));
    return pixels[(channel * height + inRow) * width + inColumn] ?? 0;
  };
  const upper = at(top, left) * (1 - (x - left)) + at(top, left + 1) * (x - left);
  const lower = at(top + 1, left) * (1 - (x - left)) + at(top + 1, left + 1) * (x - left);
  return upper * (1 - (y - top)) + lower * (y - top);
}

function changeChannels({ pixels, height, width }: PlanarImage, channels: 1 | 3): PlanarImage {
  const plane = height * width;
  const byte = (index: number) => pixels[index] ?? 0;
  const gray = (index: number) =>
    Math.round(0.299 * byte(index) + 0.587 * byte(index + plane) + 0.114 * byte(index + 2 * plane));
  const changed = Uint8Array.from({ length: channels * plane }, (_, index) =>
    channels === 1 ? gray(index) : byte(index % plane),
  );
  return { pixels: changed, channels, height, width };
}
