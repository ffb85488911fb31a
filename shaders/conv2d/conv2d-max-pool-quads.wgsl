// Convolution and the maximum over windows that lie side by side, for drivers that run on the CPU. See conv2d-max-pool.wgsl for
// what it computes, and conv2d-quads.wgsl for how the lanes of a quad share the weights.
//
//   s[o, r, c, n] = bias[o] + Σ_{i, a, b}  w[i, a, b, o] · x[i, r·STRIDE + a − PADDING, c·STRIDE + b − PADDING, n]
//   y[o, r, c, n] = max_{v, h} s[o, r·SIZE + v, c·SIZE + h, n];  argmax = v·SIZE + h of the first maximum
//
// A tile is 4·ROWS output channels × WINDOWS neighbouring windows × four images: SIZE rows of PIXELS sums, which share the
// weights that are loaded. Lanes run over the images first and then over the tiles of the picture.

enable subgroups;

// @use conv-shape
// @use vector

override LANES: u32 = 4u;

alias Images = Vector;

const ROWS = 1u; // @tile
const SIZE = 2u; // @tile of the windows
const WINDOWS = 1u; // @tile
const PIXELS = 2u; // @tile WINDOWS · SIZE
const TAPS = 1u; // @tile the kernel's width
const STRIDE = 1u; // @tile STRIDE_X
const SPAN = 2u; // @tile columns of the input that a row of sums sees, (PIXELS − 1)·STRIDE + TAPS

@group(0) @binding(0) var<storage, read> weights: array<f32>;   // [GROUPS, IN_CHANNELS, KERNEL_HEIGHT, TAPS, OUT_CHANNELS padded to 4]
@group(0) @binding(1) var<storage, read> bias: array<f32>;      // [GROUPS, OUT_CHANNELS padded to 4]
@group(0) @binding(2) var<storage, read> x: array<Images>;      // [GROUPS, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]
@group(0) @binding(3) var<storage, read_write> y: array<Images>; // [GROUPS, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]
@group(0) @binding(4) var<storage, read_write> argmax: array<u32>; // [GROUPS, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]

@compute @workgroup_size(LANES)
fn quads(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let quad_lane = subgroup_lane & 3u; // of the quad
  let pitch = (OUT_CHANNELS + 3u) / 4u * 4u;
  let row_tiles = (pitch + 4u * ROWS - 1u) / (4u * ROWS);
  let group = workgroup.z / row_tiles;
  let first_channel = (workgroup.z % row_tiles) * 4u * ROWS;
  let tiles_of_row = (OUT_WIDTH + WINDOWS - 1u) / WINDOWS;
  let index = (workgroup.y * workgroups.x + workgroup.x) * LANES + lane;
  let tile = min(index / BATCH, OUT_HEIGHT * tiles_of_row - 1u);
  let image = index % BATCH;
  let out_y = tile / tiles_of_row;
  let out_x = (tile % tiles_of_row) * WINDOWS;
  // Rows and columns above the image wrap to huge numbers.
  let from_y = out_y * SIZE * STRIDE_Y - PADDING_Y;
  let from_x = out_x * SIZE * STRIDE - PADDING_X;
  let padded = PADDING_Y + PADDING_X > 0u;

  var sum: array<f32, 4u * ROWS * SIZE * PIXELS * WIDTH>; // @registers [ROWS, swap, SIZE, PIXELS, image]
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      let start = bias[group * pitch + min(first_channel + 4u * r, pitch - 4u) + (quad_lane ^ j)];
      // @unroll
      for (var t = 0u; t < SIZE * PIXELS * WIDTH; t++) {
        sum[(r * 4u + j) * SIZE * PIXELS * WIDTH + t] = start;
      }
    }
  }

  var w_at = group * IN_CHANNELS * KERNEL_HEIGHT * TAPS * pitch + first_channel + quad_lane;
  var channel_at = group * IN_CHANNELS * IN_HEIGHT;
  var a = 0u;
  for (var step = 0u; step < IN_CHANNELS * KERNEL_HEIGHT; step++) {
    var value: array<f32, SIZE * SPAN * WIDTH>; // @registers [SIZE, SPAN, image]
    // @unroll
    for (var v = 0u; v < SIZE; v++) {
      let in_y = from_y + v * STRIDE + a;
      let row_inside = !padded | (in_y < IN_HEIGHT);
      let row_at = (channel_at + select(0u, in_y, row_inside)) * IN_WIDTH;
      // @unroll
      for (var s = 0u; s < SPAN; s++) {
        let in_x = from_x + s;
        let inside = !padded | (row_inside & (in_x < IN_WIDTH));
        let seen = components(select(Images(0.0), x[(row_at + select(0u, in_x, inside)) * BATCH + image], inside));
        // @unroll
        for (var n = 0u; n < WIDTH; n++) {
          value[(v * SPAN + s) * WIDTH + n] = seen[n];
        }
      }
    }
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      var w: array<f32, 4u * TAPS>; // @registers
      // @unroll
      for (var b = 0u; b < TAPS; b++) {
        w[b * 4u + 0u] = weights[w_at + b * pitch + r * 4u];
        w[b * 4u + 1u] = quadSwapX(w[b * 4u + 0u]);
        w[b * 4u + 2u] = quadSwapY(w[b * 4u + 0u]);
        w[b * 4u + 3u] = quadSwapDiagonal(w[b * 4u + 0u]);
      }
      // @unroll
      for (var j = 0u; j < 4u; j++) {
        // @unroll
        for (var v = 0u; v < SIZE; v++) {
          // @unroll
          for (var p = 0u; p < PIXELS; p++) {
            // @unroll
            for (var n = 0u; n < WIDTH; n++) {
              // @unroll
              for (var b = 0u; b < TAPS; b++) {
                sum[(((r * 4u + j) * SIZE + v) * PIXELS + p) * WIDTH + n] += value[(v * SPAN + p * STRIDE + b) * WIDTH + n] * w[b * 4u + j];
              }
            }
          }
        }
      }
    }
    w_at += TAPS * pitch;
    a++;
    let wrapped = a == KERNEL_HEIGHT;
    a = select(a, 0u, wrapped);
    channel_at += select(0u, IN_HEIGHT, wrapped);
  }

  let stored = index < OUT_HEIGHT * tiles_of_row * BATCH;
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      let channel = first_channel + 4u * r + (quad_lane ^ j);
      let at = ((group * OUT_CHANNELS + channel) * OUT_HEIGHT + out_y) * OUT_WIDTH + out_x;
      // @unroll
      for (var q = 0u; q < WINDOWS; q++) {
        if (stored && channel < OUT_CHANNELS && out_x + q < OUT_WIDTH) {
          var made: array<f32, WIDTH>;
          var places = 0u; // as packed_indices has them
          // @unroll
          for (var n = 0u; n < WIDTH; n++) {
            var best = sum[((r * 4u + j) * SIZE * PIXELS + q * SIZE) * WIDTH + n];
            var place = 0u;
            // @unroll
            for (var v = 0u; v < SIZE; v++) {
              // @unroll
              for (var h = 0u; h < SIZE; h++) {
                if (v + h > 0u) {
                  let other = sum[(((r * 4u + j) * SIZE + v) * PIXELS + q * SIZE + h) * WIDTH + n];
                  // NaN wins, and stays: what overflows is not to look like an answer.
                  let larger = (other > best) | !(other == other);
                  best = select(best, other, larger);
                  place = select(place, v * SIZE + h, larger);
                }
              }
            }
            made[n] = best;
            places |= place << (8u * n);
          }
          y[(at + q) * BATCH + image] = of_components(made);
          argmax[(at + q) * BATCH + image] = places;
        }
      }
    }
  }
}
