// What weights.wgsl is, for weights stored as halves, two in a word.

alias StoredWeights = vec2u;

fn loaded(stored: StoredWeights) -> vec4f {
  return vec4f(unpack2x16float(stored.x), unpack2x16float(stored.y));
}
