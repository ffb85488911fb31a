// Threefry-2x32 with 20 rounds, the same as src/random/threefry.ts: random numbers by counter, so that whatever the order in
// which invocations run, a seed gives the same ones. A part of other shaders, put in front of their text.

fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  var rotations = array<u32, 8>(13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);
  let schedule = array<u32, 3>(key.x, key.y, key.x ^ key.y ^ 0x1bd11bdau);
  var v = counter + key;
  for (var group = 0u; group < 5u; group++) {
    for (var step = 0u; step < 4u; step++) {
      let rotation = rotations[(group % 2u) * 4u + step];
      v.x += v.y;
      v.y = ((v.y << rotation) | (v.y >> (32u - rotation))) ^ v.x;
    }
    v.x += schedule[(group + 1u) % 3u];
    v.y += schedule[(group + 2u) % 3u] + group + 1u;
  }
  return v;
}

// Uniform in [0, 1), of the upper 24 bits: all that a float holds.
fn uniform_of(word: u32) -> f32 {
  return f32(word >> 8u) * 5.9604644775390625e-8;
}
