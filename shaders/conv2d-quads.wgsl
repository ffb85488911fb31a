// Convolution for drivers that run on the CPU, a tile of the result per invocation.
//
//   y[o, r, c, n] = bias[o] + Σ_{i, a, b}  w[i, a, b, o] · x[i, r·STRIDE + a − PADDING, c·STRIDE + b − PADDING, n]
//
// On SwiftShader a load costs about as much as thirty multiplications of four lanes, also when all lanes read the same
// address. So no two lanes of a quad load the same weight: lane l takes that of channel l, and what the others hold
// arrives by swapping lanes, one instruction each. After swap j, lane l multiplies its images by the weight of
// channel l ^ j: accumulator j holds that channel, another one in each lane, and is stored where it belongs.
// Three more measured choices: the products of a kernel row are added up before the sum goes back to memory (every
// accumulator lives there); arithmetic is on scalars, since a product of vec4s is first stored whole; one loop runs
// over channels and rows, since every iteration of any loop copies all accumulators.
// A tile is 4·ROWS output channels × PIXELS neighbouring output columns × four images.

enable subgroups;

override GROUPS: u32 = 1u;
override IN_CHANNELS: u32 = 1u;   // per group
override OUT_CHANNELS: u32 = 4u;  // per group
override IN_HEIGHT: u32 = 1u;
override IN_WIDTH: u32 = 1u;
override OUT_HEIGHT: u32 = 1u;
override OUT_WIDTH: u32 = 1u;
override KERNEL_HEIGHT: u32 = 1u;
override KERNEL_WIDTH: u32 = 1u;
override STRIDE: u32 = 1u;
override PADDING: u32 = 0u;
override BATCH: u32 = 1u;         // in vec4s
override LANES: u32 = 4u;

const ROWS = 1u; // @tile
const PIXELS = 2u; // @tile
const TAPS = 1u; // @tile the kernel's width
const STEP = 1u; // @tile the stride
const SPAN = 2u; // @tile columns of the input that a tile sees, (PIXELS − 1)·STEP + TAPS

@group(0) @binding(0) var<storage, read> weights: array<f32>;   // [GROUPS, IN_CHANNELS, KERNEL_HEIGHT, TAPS, OUT_CHANNELS padded to 4]
@group(0) @binding(1) var<storage, read> bias: array<f32>;      // [GROUPS, OUT_CHANNELS padded to 4]
@group(0) @binding(2) var<storage, read> x: array<vec4f>;       // [GROUPS, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [GROUPS, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let corner = subgroup_lane & 3u; // of the quad
  let pitch = (OUT_CHANNELS + 3u) / 4u * 4u;
  let row_tiles = (pitch + 4u * ROWS - 1u) / (4u * ROWS);
  let group = workgroup.z / row_tiles;
  let first_channel = (workgroup.z % row_tiles) * 4u * ROWS;
  let pixel_tiles = (OUT_WIDTH + PIXELS - 1u) / PIXELS;
  let out_y = workgroup.y / pixel_tiles;
  let out_x = (workgroup.y % pixel_tiles) * PIXELS;
  let image = min(workgroup.x * LANES + lane, BATCH - 1u);

  var sum: array<f32, 16u * ROWS * PIXELS>; // @registers [ROWS, swap, PIXELS, image]
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      let start = bias[group * pitch + min(first_channel + 4u * r, pitch - 4u) + (corner ^ j)];
      // @unroll
      for (var t = 0u; t < 4u * PIXELS; t++) {
        sum[(r * 4u + j) * 4u * PIXELS + t] = start;
      }
    }
  }

  var w_at = group * IN_CHANNELS * KERNEL_HEIGHT * TAPS * pitch + first_channel + corner;
  var channel_at = group * IN_CHANNELS * IN_HEIGHT;
  var a = 0u;
  for (var step = 0u; step < IN_CHANNELS * KERNEL_HEIGHT; step++) {
    let in_y = out_y * STEP + a - PADDING; // above the image it wraps to a huge number
    let row_inside = PADDING == 0u || in_y < IN_HEIGHT;
    let row_at = (channel_at + select(0u, in_y, row_inside)) * IN_WIDTH;
    var value: array<vec4f, SPAN>; // @registers
    // @unroll
    for (var s = 0u; s < SPAN; s++) {
      let in_x = out_x * STEP + s - PADDING;
      let inside = PADDING == 0u || (row_inside && in_x < IN_WIDTH);
      value[s] = select(vec4f(0.0), x[(row_at + select(0u, in_x, inside)) * BATCH + image], inside);
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
        for (var p = 0u; p < PIXELS; p++) {
          // @unroll
          for (var n = 0u; n < 4u; n++) {
            // @unroll
            for (var b = 0u; b < TAPS; b++) {
              sum[((r * 4u + j) * PIXELS + p) * 4u + n] += value[p * STEP + b][n] * w[b * 4u + j];
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

  let stored = workgroup.x * LANES + lane < BATCH;
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      let channel = first_channel + 4u * r + (corner ^ j);
      let at = ((group * OUT_CHANNELS + channel) * OUT_HEIGHT + out_y) * OUT_WIDTH + out_x;
      // @unroll
      for (var p = 0u; p < PIXELS; p++) {
        if (stored && channel < OUT_CHANNELS && out_x + p < OUT_WIDTH) {
          y[(at + p) * BATCH + image] = vec4f(
            sum[((r * 4u + j) * PIXELS + p) * 4u + 0u],
            sum[((r * 4u + j) * PIXELS + p) * 4u + 1u],
            sum[((r * 4u + j) * PIXELS + p) * 4u + 2u],
            sum[((r * 4u + j) * PIXELS + p) * 4u + 3u],
          );
        }
      }
    }
  }
}
