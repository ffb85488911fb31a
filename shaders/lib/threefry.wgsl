// Threefry-2x32 with 20 rounds, the same as src/random/threefry.ts: random numbers by counter, so that whatever the order in
// which invocations run, a seed gives the same ones.
//
// The rounds are unrolled, not looped over an array of rotations, which SwiftShader keeps in memory: a random start is
// 4.5× as fast there, and the same on lavapipe.

fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  let last = key.x ^ key.y ^ 0x1bd11bdau;
  var v = counter + key;
  v = four_rounds(v, 13u, 15u, 26u, 6u) + vec2u(key.y, last + 1u);
  v = four_rounds(v, 17u, 29u, 16u, 24u) + vec2u(last, key.x + 2u);
  v = four_rounds(v, 13u, 15u, 26u, 6u) + vec2u(key.x, key.y + 3u);
  v = four_rounds(v, 17u, 29u, 16u, 24u) + vec2u(key.y, last + 4u);
  return four_rounds(v, 13u, 15u, 26u, 6u) + vec2u(last, key.x + 5u);
}

fn four_rounds(v: vec2u, a: u32, b: u32, c: u32, d: u32) -> vec2u {
  return threefry_round(threefry_round(threefry_round(threefry_round(v, a), b), c), d);
}

fn threefry_round(v: vec2u, rotation: u32) -> vec2u {
  let sum = v.x + v.y;
  return vec2u(sum, ((v.y << rotation) | (v.y >> (32u - rotation))) ^ sum);
}

// Uniform in [0, 1), of the upper 24 bits: all that a float holds.
fn uniform_of(word: u32) -> f32 {
  return f32(word >> 8u) * 5.9604644775390625e-8;
}

// Normal with mean 0 and deviation 1: √(−2 ln(1 − u)) · cos(π (2v − 1)) (Box and Muller, 1958). The angle runs from −π, not
// from 0, since WGSL promises an exact cosine only between −π and π.
fn normal_of(words: vec2u) -> f32 {
  // WGSL's logarithm may come out a little above 0 near 1, and the root of less than 0 would be no number.
  let squared = max(0.0, -2.0 * log(1.0 - uniform_of(words.x)));
  return sqrt(squared) * cos(3.14159265358979 * (2.0 * uniform_of(words.y) - 1.0));
}
