/** A decoded picture. */
/** An image as the networks' code sees it: bytes, one plane per channel. */
export interface ImageBytes {
  /** Row-major [channels, height, width]. */
  readonly pixels: Uint8Array;
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}
