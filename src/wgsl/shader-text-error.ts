/** A shader's text does not have what its kernel asks of it. */
export class ShaderTextError extends Error {
  override readonly name = 'ShaderTextError';
}
