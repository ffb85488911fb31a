// Means over windows that share the input out evenly, as PyTorch's adaptive average pool has them.
//
//   forward:         y[c, r, k, n] = mean of x[c, i, j, n] over first_of(r) ≤ i < end_of(r), first_of(k) ≤ j < end_of(k)
//                    first_of(r) = ⌊r · IN / OUT⌋, end_of(r) = ⌈(r + 1) · IN / OUT⌉
//   input_gradient:  dx[c, i, j, n] = Σ over the windows that hold (i, j) of dy / size of the window
//
// Neighbouring windows overlap where OUT does not divide IN.

// @use grid
// @use vector

override CHANNELS: u32 = 1u;
override IN_HEIGHT: u32 = 2u;
override IN_WIDTH: u32 = 2u;
override OUT_HEIGHT: u32 = 1u;
override OUT_WIDTH: u32 = 1u;
override BATCH: u32 = 1u; // in Images

alias Images = Vector;

@group(0) @binding(0) var<storage, read> x: array<Images>;       // forward: [CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]; gradient: dy
@group(0) @binding(1) var<storage, read_write> y: array<Images>; // forward: [CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]; gradient: dx

fn first_of(window: vec2u) -> vec2u {
  return window * vec2u(IN_HEIGHT, IN_WIDTH) / vec2u(OUT_HEIGHT, OUT_WIDTH);
}

fn end_of(window: vec2u) -> vec2u {
  let sides = vec2u(OUT_HEIGHT, OUT_WIDTH);
  return ((window + 1u) * vec2u(IN_HEIGHT, IN_WIDTH) + sides - 1u) / sides;
}

@compute @workgroup_size(LANES)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= CHANNELS * OUT_HEIGHT * OUT_WIDTH * BATCH) {
    return;
  }
  let n = index % BATCH;
  let window = vec2u(index / (BATCH * OUT_WIDTH) % OUT_HEIGHT, index / BATCH % OUT_WIDTH);
  let channel = index / (BATCH * OUT_WIDTH * OUT_HEIGHT);
  let first = first_of(window);
  let end = end_of(window);
  var sum = Images(0.0);
  for (var i = first.x; i < end.x; i++) {
    for (var j = first.y; j < end.y; j++) {
      sum += x[((channel * IN_HEIGHT + i) * IN_WIDTH + j) * BATCH + n];
    }
  }
  let size = end - first;
  y[index] = sum / f32(size.x * size.y);
}

@compute @workgroup_size(LANES)
fn input_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= CHANNELS * IN_HEIGHT * IN_WIDTH * BATCH) {
    return;
  }
  let n = index % BATCH;
  let place = vec2u(index / (BATCH * IN_WIDTH) % IN_HEIGHT, index / BATCH % IN_WIDTH);
  let channel = index / (BATCH * IN_WIDTH * IN_HEIGHT);
  // A window before the first of these ends at or before the place.
  let first = place * vec2u(OUT_HEIGHT, OUT_WIDTH) / vec2u(IN_HEIGHT, IN_WIDTH);
  var sum = Images(0.0);
  for (var r = first.x; r < OUT_HEIGHT && first_of(vec2u(r, 0u)).x <= place.x; r++) {
    for (var k = first.y; k < OUT_WIDTH && first_of(vec2u(0u, k)).y <= place.y; k++) {
      let window = vec2u(r, k);
      let size = end_of(window) - first_of(window);
      sum += x[((channel * OUT_HEIGHT + r) * OUT_WIDTH + k) * BATCH + n] / f32(size.x * size.y);
    }
  }
  y[index] = sum;
}
