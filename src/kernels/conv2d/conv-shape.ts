/** The shape of a convolution, shared by its forward pass and both of its gradients. */
export interface ConvShape {
  readonly groups: number;
  /** Of all groups together. */
  readonly inChannels: number;
  /** Of all groups together. */
  readonly outChannels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padding: number;
  /** Images: 1, 2, or rounded up to a multiple of 4, since activations then hold four images per vec4. */
  readonly batch: number;
}

/** Floating-point operations of one pass; the forward pass and both gradients do the same number. */
export function convFlops(shape: ConvShape): number {
  const { groups, inChannels, outChannels, outHeight, outWidth, kernelHeight, kernelWidth, batch } = shape;
  return 2 * (inChannels / groups) * outChannels * kernelHeight * kernelWidth * outHeight * outWidth * batch;
}

/** Bytes of input, weights and output, each once: what any of the three passes must move at least. */
export function convBytes(shape: ConvShape): number {
  const {
    inChannels,
    inHeight,
    inWidth,
    outChannels,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    groups,
    batch,
  } = shape;
  const values = batch * (inChannels * inHeight * inWidth + outChannels * outHeight * outWidth);
  return 4 * (values + ((outChannels * inChannels) / groups) * kernelHeight * kernelWidth);
}
