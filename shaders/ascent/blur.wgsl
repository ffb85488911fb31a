// One pass of a separable blur.
//
//   blurred[i] = Σ_t weights[t + REACH] · sharp[mirrored(i + t)],  t = −REACH … REACH
//
// i runs along the rows or the columns of [channels, height, width, image]: INNER values lie between a value and the next.
// Beyond the edge the image goes on mirrored, d c b a | a b c d | d c b a, as often as the reach asks for.

// @use grid

override COUNT: u32 = 1u; // in vec4s
override SIDE: u32 = 1u;  // values along the pass
override INNER: u32 = 1u; // vec4s from one of them to the next
override REACH: i32 = 1i;

@group(0) @binding(0) var<storage, read> sharp: array<vec4f>;        // [COUNT / (SIDE · INNER), SIDE, INNER]
@group(0) @binding(1) var<storage, read> weights: array<f32>;        // [2 · REACH + 1]
@group(0) @binding(2) var<storage, read_write> blurred: array<vec4f>; // as sharp

fn mirrored(place: i32) -> u32 {
  let side = i32(SIDE);
  if (place >= 0 && place < side) {
    return u32(place);
  }
  // WGSL's remainder has the sign of the dividend.
  let in_period = ((place % (2 * side)) + 2 * side) % (2 * side);
  return u32(select(in_period, 2 * side - 1 - in_period, in_period >= side));
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= COUNT) {
    return;
  }
  let place = i32(index / INNER % SIDE);
  let start = index / (SIDE * INNER) * (SIDE * INNER) + index % INNER;
  var sum = vec4f(0.0);
  for (var tap = -REACH; tap <= REACH; tap++) {
    sum += weights[tap + REACH] * sharp[start + mirrored(place + tap) * INNER];
  }
  blurred[index] = sum;
}
