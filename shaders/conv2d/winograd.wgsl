// Convolution of stride 1 by fewer products, after Winograd and Lavin: a tile of M × M pixels of the result, with a
// kernel of K × K, comes from SIZE × SIZE products per pair of channels, SIZE = M + K − 1, where plain loops take M² · K².
//
//   filter_transform  U[f, g, i, o] = (G · w[g, i, ·, ·, o] · Gᵀ)[f]    once for weights that stay; the bias becomes a plane f of its own
//   input_transform   V[f, g, i, t, n] = (Bᵀ · x[g, i, tile t, n] · B)[f]
//                     Y[f, g, o, t, n] = Σ_i U[f, g, i, o] · V[f, g, i, t, n]    a pointwise convolution in SIZE² · GROUPS groups
//   output_transform  y[g, o, tile t, n] = Aᵀ · Y[·, g, o, t, n] · A
//
// Polynomials are multiplied at the points 0, 1, −1 (and 2, −2) and at infinity. With SIZE 4 a kernel of 3 makes tiles of 2;
// with SIZE 6 a kernel of 3 makes tiles of 4 and one of 5 tiles of 2. Bᵀ depends on the points alone, so that both
// share it. Tiles overlap by K − 1 and reach past the edge, where x is zero.

// @use grid
// @use rectify
// @use vector-1

const SIZE = 6u; // @tile
const M = 4u; // @tile

override GROUPS: u32 = 1u;
override IN_CHANNELS: u32 = 1u;   // per group
override OUT_CHANNELS: u32 = 4u;  // per group
override IN_HEIGHT: u32 = 1u;
override IN_WIDTH: u32 = 1u;
override OUT_HEIGHT: u32 = 1u;
override OUT_WIDTH: u32 = 1u;
override KERNEL: u32 = 3u;
override PADDING: u32 = 0u;
// An invocation has one image: 36 values of four images would fit no registers, and take seconds to compile.
override BATCH: u32 = 1u;

@group(0) @binding(0) var<storage, read> weights: array<f32>;             // filter_transform: [GROUPS, IN_CHANNELS, KERNEL, KERNEL, pitch]
@group(0) @binding(1) var<storage, read> bias: array<f32>;                // filter_transform: [GROUPS, pitch]
@group(0) @binding(2) var<storage, read_write> transformed: array<f32>;      // filter_transform: [SIZE², GROUPS, IN_CHANNELS, pitch]
@group(0) @binding(3) var<storage, read_write> transformed_bias: array<f32>; // filter_transform: [SIZE², GROUPS, pitch]
@group(0) @binding(4) var<storage, read> x: array<f32>;                   // input_transform: [GROUPS, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]
@group(0) @binding(5) var<storage, read_write> tiles: array<f32>;         // input_transform: [SIZE², GROUPS, IN_CHANNELS, tiles, BATCH]
@group(0) @binding(6) var<storage, read> products: array<f32>;            // output_transform: [SIZE², GROUPS, OUT_CHANNELS, tiles, BATCH]
@group(0) @binding(7) var<storage, read_write> y: array<f32>;             // output_transform: [GROUPS, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]

// Output channels of a group, rounded up to whole vec4s.
fn pitch() -> u32 {
  return (OUT_CHANNELS + 3u) / 4u * 4u;
}

fn tiles_across() -> u32 {
  return (OUT_WIDTH + M - 1u) / M;
}

fn tiles_down() -> u32 {
  return (OUT_HEIGHT + M - 1u) / M;
}

// G · w: the kernel's polynomial at each point, over the product of that point's distances from the others.
fn transform_filter(w: array<f32, 5>) -> array<f32, 6> {
  let even = w[0] + w[2] + w[4];
  let odd = w[1] + w[3];
  if (SIZE == 4u) {
    return array<f32, 6>(-w[0], 0.5 * (even + odd), 0.5 * (even - odd), w[2], 0.0, 0.0);
  }
  let even2 = w[0] + 4.0 * w[2] + 16.0 * w[4];
  let odd2 = 2.0 * w[1] + 8.0 * w[3];
  let last = select(w[2], w[4], KERNEL == 5u);
  return array<f32, 6>(0.25 * w[0], (even + odd) / -6.0, (even - odd) / -6.0, (even2 + odd2) / 24.0, (even2 - odd2) / 24.0, last);
}

@compute @workgroup_size(LANES)
fn filter_transform(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  let row = GROUPS * pitch();
  let size = row * IN_CHANNELS;
  if (index >= size) {
    return;
  }
  let place = index % pitch();
  let channel = index / pitch();
  let group = channel / IN_CHANNELS;
  var columns: array<array<f32, 6>, 5>; // of each row of the kernel
  for (var a = 0u; a < KERNEL; a++) {
    var w: array<f32, 5>;
    for (var b = 0u; b < KERNEL; b++) {
      w[b] = weights[((channel * KERNEL + a) * KERNEL + b) * pitch() + place];
    }
    columns[a] = transform_filter(w);
  }
  for (var b = 0u; b < SIZE; b++) {
    var w: array<f32, 5>;
    for (var a = 0u; a < KERNEL; a++) {
      w[a] = columns[a][b];
    }
    let values = transform_filter(w);
    for (var a = 0u; a < SIZE; a++) {
      transformed[(a * SIZE + b) * size + index] = values[a];
      if (channel % IN_CHANNELS == 0u) {
        // A value at the point 1 in both directions reaches every pixel of a tile once.
        let here = select(0.0, bias[group * pitch() + place], a == 1u && b == 1u);
        transformed_bias[(a * SIZE + b) * row + group * pitch() + place] = here;
      }
    }
  }
}

// Bᵀ · d: the coefficients of each point's polynomial, which has its zeros at the others.
fn transform_input(d: array<f32, 6>) -> array<f32, 6> {
  if (SIZE == 4u) {
    return array<f32, 6>(d[2] - d[0], d[2] + d[1], d[2] - d[1], d[3] - d[1], d[4], d[5]);
  }
  let even = d[4] - 4.0 * d[2];
  let odd = d[3] - 4.0 * d[1];
  let even2 = d[4] - d[2];
  let odd2 = 2.0 * (d[3] - d[1]);
  return array<f32, 6>(
    4.0 * d[0] - 5.0 * d[2] + d[4],
    even + odd,
    even - odd,
    even2 + odd2,
    even2 - odd2,
    4.0 * d[1] - 5.0 * d[3] + d[5],
  );
}

@compute @workgroup_size(LANES)
fn input_transform(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  let size = GROUPS * IN_CHANNELS * tiles_down() * tiles_across() * BATCH;
  if (index >= size) {
    return;
  }
  let n = index % BATCH;
  let tile = index / BATCH;
  let first_column = (tile % tiles_across()) * M - PADDING; // before the edge it wraps to a huge number
  let first_row = (tile / tiles_across() % tiles_down()) * M - PADDING;
  let channel = tile / (tiles_across() * tiles_down());
  var columns: array<array<f32, 6>, SIZE>;
  // @unroll
  for (var a = 0u; a < SIZE; a++) {
    let row = first_row + a;
    let row_inside = row < IN_HEIGHT;
    let row_at = (channel * IN_HEIGHT + select(0u, row, row_inside)) * IN_WIDTH;
    var d: array<f32, 6>;
    // @unroll
    for (var b = 0u; b < SIZE; b++) {
      let column = first_column + b;
      let inside = row_inside & (column < IN_WIDTH);
      d[b] = select(0.0, x[(row_at + select(0u, column, inside)) * BATCH + n], inside);
    }
    columns[a] = transform_input(d);
  }
  // @unroll
  for (var b = 0u; b < SIZE; b++) {
    var d: array<f32, 6>;
    // @unroll
    for (var a = 0u; a < SIZE; a++) {
      d[a] = columns[a][b];
    }
    let values = transform_input(d);
    // @unroll
    for (var a = 0u; a < SIZE; a++) {
      tiles[(a * SIZE + b) * size + index] = values[a];
    }
  }
}

// Aᵀ · v: the powers of each point, and the highest alone at infinity.
fn transform_output(v: array<f32, 6>) -> array<f32, 4> {
  let even = v[1] + v[2];
  let odd = v[1] - v[2];
  if (SIZE == 4u) {
    return array<f32, 4>(v[0] + even, odd + v[3], v[4], v[5]);
  }
  let even2 = v[3] + v[4];
  let odd2 = v[3] - v[4];
  if (M == 2u) {
    return array<f32, 4>(v[0] + even + even2, odd + 2.0 * odd2 + v[5], even, odd);
  }
  return array<f32, 4>(v[0] + even + even2, odd + 2.0 * odd2, even + 4.0 * even2, odd + 8.0 * odd2 + v[5]);
}

@compute @workgroup_size(LANES)
fn output_transform(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  let size = GROUPS * OUT_CHANNELS * tiles_down() * tiles_across() * BATCH;
  if (index >= size) {
    return;
  }
  let n = index % BATCH;
  let tile = index / BATCH;
  let first_column = (tile % tiles_across()) * M;
  let first_row = (tile / tiles_across() % tiles_down()) * M;
  let channel = tile / (tiles_across() * tiles_down());
  var rows: array<array<f32, 4>, SIZE>;
  // @unroll
  for (var b = 0u; b < SIZE; b++) {
    var v: array<f32, 6>;
    // @unroll
    for (var a = 0u; a < SIZE; a++) {
      v[a] = products[(a * SIZE + b) * size + index];
    }
    rows[b] = transform_output(v);
  }
  // @unroll
  for (var a = 0u; a < M; a++) {
    var v: array<f32, 6>;
    // @unroll
    for (var b = 0u; b < SIZE; b++) {
      v[b] = rows[b][a];
    }
    let pixels = transform_output(v);
    // @unroll
    for (var b = 0u; b < M; b++) {
      if (first_row + a < OUT_HEIGHT && first_column + b < OUT_WIDTH) {
        y[((channel * OUT_HEIGHT + first_row + a) * OUT_WIDTH + first_column + b) * BATCH + n] = finished(pixels[b]);
      }
    }
  }
}
