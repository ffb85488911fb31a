// Maximum over a window, remembering where it was.
//
//   forward:         y[c, r, k, n] = max_{a, b} x[c, r·STRIDE + a, k·STRIDE + b, n];  argmax = a·SIZE + b of the first maximum
//   input_gradient:  dx[c, i, j, n] = Σ over the windows that cover (i, j) and whose argmax it is, of dy
//   apart_gradient:  the same where windows touch without overlapping and leave nothing out: each writes what it covers
//
// Windows that start inside the image and end outside it are clipped (Caffe's ceiling rule needs that). An argmax is a
// byte, four images to a u32; one or two images have a u32 to themselves. The gradient gathers, so that overlapping
// windows need no atomics and sum in one order.

// @use grid
// @use vector

override CHANNELS: u32 = 1u;
override IN_HEIGHT: u32 = 2u;
override IN_WIDTH: u32 = 2u;
override OUT_HEIGHT: u32 = 1u;
override OUT_WIDTH: u32 = 1u;
override SIZE: u32 = 2u;
override STRIDE: u32 = 2u;
override BATCH: u32 = 1u; // in Images

alias Images = Vector;
alias Places = Indices;

@group(0) @binding(0) var<storage, read> x: array<Images>;            // forward: [CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]
@group(0) @binding(1) var<storage, read_write> y: array<Images>;      // forward: [CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]
@group(0) @binding(2) var<storage, read_write> argmax: array<u32>;   // both: [CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]
@group(0) @binding(3) var<storage, read> dy: array<Images>;           // gradient: as y
@group(0) @binding(4) var<storage, read_write> dx: array<Images>;     // gradient: as x

@compute @workgroup_size(LANES)
fn forward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= CHANNELS * OUT_HEIGHT * OUT_WIDTH * BATCH) {
    return;
  }
  let n = index % BATCH;
  let column = (index / BATCH) % OUT_WIDTH;
  let row = (index / (BATCH * OUT_WIDTH)) % OUT_HEIGHT;
  let channel = index / (BATCH * OUT_WIDTH * OUT_HEIGHT);
  var best = x[((channel * IN_HEIGHT + row * STRIDE) * IN_WIDTH + column * STRIDE) * BATCH + n];
  var place = Places(0u);
  for (var a = 0u; a < SIZE && row * STRIDE + a < IN_HEIGHT; a++) {
    for (var b = 0u; b < SIZE && column * STRIDE + b < IN_WIDTH; b++) {
      let value = x[((channel * IN_HEIGHT + row * STRIDE + a) * IN_WIDTH + column * STRIDE + b) * BATCH + n];
      // NaN wins, and stays: what overflows is not to look like an answer.
      let larger = (value > best) | !(value == value);
      best = select(best, value, larger);
      place = select(place, Places(a * SIZE + b), larger);
    }
  }
  y[index] = best;
  argmax[index] = packed_indices(place);
}

@compute @workgroup_size(LANES)
fn input_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= CHANNELS * IN_HEIGHT * IN_WIDTH * BATCH) {
    return;
  }
  let n = index % BATCH;
  let column = (index / BATCH) % IN_WIDTH;
  let row = (index / (BATCH * IN_WIDTH)) % IN_HEIGHT;
  let channel = index / (BATCH * IN_WIDTH * IN_HEIGHT);
  let first_row = (max(row + STRIDE, SIZE) - SIZE) / STRIDE;
  let first_column = (max(column + STRIDE, SIZE) - SIZE) / STRIDE;
  var sum = Images(0.0);
  for (var r = first_row; r < OUT_HEIGHT && r * STRIDE <= row; r++) {
    for (var k = first_column; k < OUT_WIDTH && k * STRIDE <= column; k++) {
      let window = ((channel * OUT_HEIGHT + r) * OUT_WIDTH + k) * BATCH + n;
      let places = unpacked_indices(argmax[window]);
      let here = (row - r * STRIDE) * SIZE + column - k * STRIDE;
      sum += select(Images(0.0), dy[window], places == Places(here));
    }
  }
  dx[index] = sum;
}

@compute @workgroup_size(LANES)
fn apart_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= CHANNELS * OUT_HEIGHT * OUT_WIDTH * BATCH) {
    return;
  }
  let n = index % BATCH;
  let column = (index / BATCH) % OUT_WIDTH * STRIDE;
  let row = (index / (BATCH * OUT_WIDTH)) % OUT_HEIGHT * STRIDE;
  let channel = index / (BATCH * OUT_WIDTH * OUT_HEIGHT);
  let places = unpacked_indices(argmax[index]);
  let upstream = dy[index];
  for (var a = 0u; a < STRIDE && row + a < IN_HEIGHT; a++) {
    for (var b = 0u; b < STRIDE && column + b < IN_WIDTH; b++) {
      let here = Places(a * STRIDE + b);
      dx[((channel * IN_HEIGHT + row + a) * IN_WIDTH + column + b) * BATCH + n] = select(Images(0.0), upstream, places == here);
    }
  }
}
