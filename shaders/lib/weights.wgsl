// Weights of a product as they are stored: floats. Those stored as halves have half-weights.wgsl in its place.

alias StoredWeights = vec4f;

fn loaded(stored: StoredWeights) -> vec4f {
  return stored;
}
