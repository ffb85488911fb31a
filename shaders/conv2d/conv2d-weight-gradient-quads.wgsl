// Gradient of a convolution with respect to its weights and its biases, for drivers that run on the CPU; see
// conv2d-weight-gradient.wgsl.
//
// There a load gathers its values lane by lane, wherever they lie, so a tile of as many taps as output channels makes the
// most of each: the taps of a lane are its own, LANES apart, and the output channels are swapped within quads as in
// conv2d-quads.wgsl: lane l loads channel l, and sum j holds channel l ^ j, another one in each lane.
// A tile is 4·ROWS output channels × TAPS taps per invocation; it walks over all pixels and images, four at a time.
// Behind the last tile of taps, one more for each tile of output channels sums up what the biases get.

enable subgroups;

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
override BATCH: u32 = 1u; // in vec4s
override LANES: u32 = 4u;

const ROWS = 1u; // @tile
const TAPS = 1u; // @tile

@group(0) @binding(0) var<storage, read> x: array<vec4f>;      // [groups, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;     // [groups, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]
@group(0) @binding(2) var<storage, read_write> dw: array<f32>; // [groups, IN_CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, OUT_CHANNELS padded to 4]
@group(0) @binding(3) var<storage, read_write> db: array<f32>; // [groups, OUT_CHANNELS padded to 4]

@compute @workgroup_size(LANES)
fn quads(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let quad_lane = subgroup_lane & 3u; // of the quad
  let group = workgroup.z;
  let first_row = workgroup.y * 4u * ROWS;
  let first_tap = workgroup.x * LANES * TAPS + lane;
  let taps = IN_CHANNELS * KERNEL_HEIGHT * KERNEL_WIDTH;
  let pitch = ((OUT_CHANNELS + 3u) / 4u) * 4u;

  if (workgroup.x * LANES * TAPS >= taps) {
    let plane = OUT_HEIGHT * OUT_WIDTH * BATCH;
    // A quad sums up a channel at a time, its lanes every fourth vec4.
    for (var c = 0u; c < 4u * ROWS; c += LANES / 4u) {
      let row = first_row + c + lane / 4u;
      let start = (group * OUT_CHANNELS + min(row, OUT_CHANNELS - 1u)) * plane;
      var total = vec4f(0.0);
      for (var at = quad_lane; at < plane; at += 4u) {
        total += dy[start + at];
      }
      var sum = dot(total, vec4f(1.0));
      sum += quadSwapX(sum);
      sum += quadSwapY(sum);
      if (quad_lane == 0u && row < pitch && row < first_row + 4u * ROWS) {
        db[group * pitch + row] = select(0.0, sum, row < OUT_CHANNELS);
      }
    }
    return;
  }

  // Taps and channels beyond the last repeat it, and are not written.
  var plane: array<u32, TAPS>; // @registers of x
  var down: array<u32, TAPS>; // @registers place in the kernel
  var right: array<u32, TAPS>; // @registers
  // @unroll
  for (var t = 0u; t < TAPS; t++) {
    let tap = min(first_tap + t * LANES, taps - 1u);
    plane[t] = (group * IN_CHANNELS + tap / (KERNEL_HEIGHT * KERNEL_WIDTH)) * IN_HEIGHT;
    down[t] = (tap / KERNEL_WIDTH) % KERNEL_HEIGHT;
    right[t] = tap % KERNEL_WIDTH;
  }
  var channel: array<u32, ROWS>; // @registers
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    channel[r] = group * OUT_CHANNELS + min(first_row + r * 4u + quad_lane, OUT_CHANNELS - 1u);
  }

  var sum: array<f32, 4u * ROWS * TAPS>; // @registers [ROWS, swap, TAPS]
  // @unroll
  for (var all = 0u; all < 4u * ROWS * TAPS; all++) {
    sum[all] = 0.0;
  }
  for (var pixel = 0u; pixel < OUT_HEIGHT * OUT_WIDTH; pixel++) {
    let top = (pixel / OUT_WIDTH) * STRIDE;
    let left = (pixel % OUT_WIDTH) * STRIDE;
    var x_at: array<u32, TAPS>; // @registers
    var inside: array<f32, TAPS>; // @registers
    // @unroll
    for (var t = 0u; t < TAPS; t++) {
      let in_y = top + down[t] - PADDING;
      let in_x = left + right[t] - PADDING;
      let is_inside = PADDING == 0u || (in_y < IN_HEIGHT && in_x < IN_WIDTH);
      inside[t] = select(0.0, 1.0, is_inside);
      x_at[t] = select(0u, ((plane[t] + in_y) * IN_WIDTH + in_x) * BATCH, is_inside);
    }
    var dy_at: array<u32, ROWS>; // @registers
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      dy_at[r] = (channel[r] * OUT_HEIGHT * OUT_WIDTH + pixel) * BATCH;
    }
    for (var image = 0u; image < BATCH; image++) {
      var value: array<vec4f, TAPS>; // @registers
      // @unroll
      for (var t = 0u; t < TAPS; t++) {
        value[t] = x[x_at[t] + image];
        if (PADDING > 0u) {
          value[t] = select(vec4f(0.0), value[t], inside[t] > 0.0);
        }
      }
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        var slope: array<vec4f, 4u>; // @registers
        slope[0u] = dy[dy_at[r] + image];
        slope[1u] = quadSwapX(slope[0u]);
        slope[2u] = quadSwapY(slope[0u]);
        slope[3u] = quadSwapDiagonal(slope[0u]);
        // @unroll
        for (var j = 0u; j < 4u; j++) {
          // @unroll
          for (var t = 0u; t < TAPS; t++) {
            // @unroll
            for (var n = 0u; n < 4u; n++) {
              sum[(r * 4u + j) * TAPS + t] += value[t][n] * slope[j][n];
            }
          }
        }
      }
    }
  }

  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      let row = first_row + r * 4u + (quad_lane ^ j);
      // @unroll
      for (var t = 0u; t < TAPS; t++) {
        let tap = first_tap + t * LANES;
        if (tap < taps && row < pitch) {
          dw[(group * taps + tap) * pitch + row] = select(0.0, sum[(r * 4u + j) * TAPS + t], row < OUT_CHANNELS);
        }
      }
    }
  }
}
