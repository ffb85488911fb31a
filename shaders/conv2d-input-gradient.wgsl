// Gradient of a convolution with respect to its input, gathered: a tile of the result per invocation.
//
//   dx[i, r, c, n] = Σ_{o, a, b}  w[o, a, b, i] · dy[o, (r + PADDING − a) / STRIDE, (c + PADDING − b) / STRIDE, n]
//
// over the taps for which both quotients are whole and inside dy. The layouts mirror those of conv2d.wgsl, with weights
// turned so that the input channel is innermost. Whether a tap counts depends on the pixel alone, which is the
// same for a whole workgroup, so that no lane waits for another.
// A tile is 4·ROWS input channels × PIXELS columns, STRIDE apart so that they share their taps, × four images.

override GROUPS: u32 = 1u;
override IN_CHANNELS: u32 = 4u;   // per group
override OUT_CHANNELS: u32 = 1u;  // per group
override IN_HEIGHT: u32 = 1u;
override IN_WIDTH: u32 = 1u;
override OUT_HEIGHT: u32 = 1u;
override OUT_WIDTH: u32 = 1u;
override KERNEL_HEIGHT: u32 = 1u;
override KERNEL_WIDTH: u32 = 1u;
override STRIDE: u32 = 1u;
override PADDING: u32 = 0u;
override BATCH: u32 = 1u; // in vec4s
override LANES: u32 = 8u;

const ROWS = 2u; // @tile
const PIXELS = 2u; // @tile

@group(0) @binding(0) var<storage, read> weights: array<vec4f>; // [GROUPS, OUT_CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, IN_CHANNELS/4]
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;       // [GROUPS, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>; // [GROUPS, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]

@compute @workgroup_size(LANES)
fn tap(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pitch = (IN_CHANNELS + 3u) / 4u;
  let row_tiles = (pitch + ROWS - 1u) / ROWS;
  let group = workgroup.z / row_tiles;
  let first_row = (workgroup.z % row_tiles) * ROWS;
  // Columns first_x, first_x + STRIDE, …: tiles of one phase of the stride, phase after phase.
  let per_phase = (IN_WIDTH + STRIDE * PIXELS - 1u) / (STRIDE * PIXELS);
  let in_y = workgroup.y / (per_phase * STRIDE);
  let tile_x = workgroup.y % (per_phase * STRIDE);
  let first_x = tile_x / STRIDE * STRIDE * PIXELS + tile_x % STRIDE;
  let image = min(workgroup.x * LANES + lane, BATCH - 1u);

  var sum: array<vec4f, 4u * ROWS * PIXELS>;
  let first_tap_y = (in_y + PADDING) % STRIDE;
  let first_tap_x = (first_x + PADDING) % STRIDE;
  for (var o = 0u; o < OUT_CHANNELS; o++) {
    for (var a = first_tap_y; a < KERNEL_HEIGHT; a += STRIDE) {
      let out_y = (in_y + PADDING - a) / STRIDE; // above dy the difference wraps, and the quotient is huge
      if (out_y < OUT_HEIGHT) {
        let dy_at = ((group * OUT_CHANNELS + o) * OUT_HEIGHT + out_y) * OUT_WIDTH;
        for (var b = first_tap_x; b < KERNEL_WIDTH; b += STRIDE) {
          let w_at = (((group * OUT_CHANNELS + o) * KERNEL_HEIGHT + a) * KERNEL_WIDTH + b) * pitch + first_row;
          var value: array<vec4f, PIXELS>;
          // @unroll
          for (var p = 0u; p < PIXELS; p++) {
            let out_x = (first_x + p * STRIDE + PADDING - b) / STRIDE;
            let inside = out_x < OUT_WIDTH;
            value[p] = select(vec4f(0.0), dy[(dy_at + select(0u, out_x, inside)) * BATCH + image], inside);
          }
          // @unroll
          for (var r = 0u; r < ROWS; r++) {
            let w = weights[w_at + r];
            // @unroll
            for (var p = 0u; p < PIXELS; p++) {
              sum[(r * 4u + 0u) * PIXELS + p] += w.x * value[p];
              sum[(r * 4u + 1u) * PIXELS + p] += w.y * value[p];
              sum[(r * 4u + 2u) * PIXELS + p] += w.z * value[p];
              sum[(r * 4u + 3u) * PIXELS + p] += w.w * value[p];
            }
          }
        }
      }
    }
  }
  // @unroll
  for (var r = 0u; r < 4u * ROWS; r++) {
    let channel = first_row * 4u + r;
    // @unroll
    for (var p = 0u; p < PIXELS; p++) {
      let in_x = first_x + p * STRIDE;
      if (channel < IN_CHANNELS && in_x < IN_WIDTH) {
        dx[(((group * IN_CHANNELS + channel) * IN_HEIGHT + in_y) * IN_WIDTH + in_x) * BATCH + image] = sum[r * PIXELS + p];
      }
    }
  }
}
