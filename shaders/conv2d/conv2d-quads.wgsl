// Convolution for drivers that run on the CPU, a tile of the result per invocation. See conv2d.wgsl for what it computes
// and how blocks of pixels make a gradient of it.
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
// A tile is 4·ROWS output channels × PIXELS neighbouring output columns × four images. Lanes run over the images first
// and then over the tiles of the picture, so that none is idle at a batch of four.

enable subgroups;

// @use conv-shape
// @use rectify
// @use stored-place
// @use vector

override LANES: u32 = 4u;

alias Images = Vector;

const ROWS = 1u; // @tile
const PIXELS = 2u; // @tile
const TAPS = 1u; // @tile the kernel's width
const STRIDE = 1u; // @tile STRIDE_X
const SPAN = 2u; // @tile columns of the input that a tile sees, (PIXELS − 1)·STRIDE + TAPS
const FIRST = 0u; // @tile of these columns the first that may lie in the image, and
const END = 2u; // @tile the one after the last: a tile as wide as the picture knows which do not
const DEPTH = 1u; // @tile channels of the input at a time: a kernel of one column has no taps to keep a sum in a register for

@group(0) @binding(0) var<storage, read> weights: array<f32>;   // [GROUPS, IN_CHANNELS, KERNEL_HEIGHT, TAPS, OUT_CHANNELS padded to 4]
@group(0) @binding(1) var<storage, read> bias: array<f32>;      // [GROUPS, OUT_CHANNELS padded to 4]
@group(0) @binding(2) var<storage, read> x: array<Images>;      // [GROUPS, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]
@group(0) @binding(3) var<storage, read_write> y: array<Images>; // [GROUPS, OUT_CHANNELS / (PHASES_Y · PHASES_X), OUT_HEIGHT, OUT_WIDTH, BATCH]

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
  let height = (OUT_HEIGHT + OFFSET_Y + PHASES_Y - 1u) / PHASES_Y; // in positions
  let width = (OUT_WIDTH + OFFSET_X + PHASES_X - 1u) / PHASES_X;
  let pixel_tiles = (width + PIXELS - 1u) / PIXELS;
  let first_index = (workgroup.y * workgroups.x + workgroup.x) * LANES;
  let index = first_index + lane;
  let last_tile = height * pixel_tiles - 1u;
  let tile = min(index / BATCH, last_tile);
  let image = index % BATCH;
  let out_y = tile / pixel_tiles;
  let out_x = (tile % pixel_tiles) * PIXELS;
  // Rows and columns above the image wrap to huge numbers.
  let from_y = out_y * STRIDE_Y - PADDING_Y;
  let from_x = out_x * STRIDE - PADDING_X;
  let padded = PADDING_Y + PADDING_X > 0u || PHASES_Y * PHASES_X > 1u; // or a block that sees past the edge
  // Rows of the kernel that see the image from somewhere in this workgroup, whose lanes must loop alike.
  let top = min(first_index / BATCH, last_tile) / pixel_tiles * STRIDE_Y;
  let bottom = min((first_index + LANES - 1u) / BATCH, last_tile) / pixel_tiles * STRIDE_Y;
  let first_tap = max(bottom, PADDING_Y) - bottom;
  let taps_end = min(KERNEL_HEIGHT, IN_HEIGHT + PADDING_Y - top);
  let tap_rows = max(taps_end, first_tap) - first_tap;

  var sum: array<f32, 4u * ROWS * PIXELS * WIDTH>; // @registers [ROWS, swap, PIXELS, image]
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      let start = bias[group * pitch + min(first_channel + 4u * r, pitch - 4u) + (quad_lane ^ j)];
      // @unroll
      for (var t = 0u; t < PIXELS * WIDTH; t++) {
        sum[(r * 4u + j) * PIXELS * WIDTH + t] = start;
      }
    }
  }

  var w_at = (group * IN_CHANNELS * KERNEL_HEIGHT + first_tap) * TAPS * pitch + first_channel + quad_lane;
  var channel_at = group * IN_CHANNELS * IN_HEIGHT;
  var a = first_tap;
  for (var step = 0u; step < IN_CHANNELS / DEPTH * tap_rows; step++) {
    let in_y = from_y + a;
    let row_inside = !padded | (in_y < IN_HEIGHT);
    let row_at = (channel_at + select(0u, in_y, row_inside)) * IN_WIDTH;
    var value: array<f32, DEPTH * SPAN * WIDTH>; // @registers [DEPTH, SPAN, image]
    // @unroll
    for (var c = 0u; c < DEPTH; c++) {
      // @unroll
      for (var s = 0u; s < SPAN; s++) {
        if (s >= FIRST && s < END) {
          let in_x = from_x + s;
          let inside = !padded | (row_inside & (in_x < IN_WIDTH));
          let at = row_at + c * IN_HEIGHT * IN_WIDTH + select(0u, in_x, inside);
          let seen = components(select(Images(0.0), x[at * BATCH + image], inside));
          // @unroll
          for (var n = 0u; n < WIDTH; n++) {
            value[(c * SPAN + s) * WIDTH + n] = seen[n];
          }
        }
      }
    }
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      var w: array<f32, 4u * DEPTH * TAPS>; // @registers
      // @unroll
      for (var c = 0u; c < DEPTH; c++) {
        // @unroll
        for (var b = 0u; b < TAPS; b++) {
          let at = w_at + (c * KERNEL_HEIGHT * TAPS + b) * pitch + r * 4u;
          w[(c * TAPS + b) * 4u + 0u] = weights[at];
          w[(c * TAPS + b) * 4u + 1u] = quadSwapX(w[(c * TAPS + b) * 4u + 0u]);
          w[(c * TAPS + b) * 4u + 2u] = quadSwapY(w[(c * TAPS + b) * 4u + 0u]);
          w[(c * TAPS + b) * 4u + 3u] = quadSwapDiagonal(w[(c * TAPS + b) * 4u + 0u]);
        }
      }
      // @unroll
      for (var j = 0u; j < 4u; j++) {
        // @unroll
        for (var p = 0u; p < PIXELS; p++) {
          // @unroll
          for (var n = 0u; n < WIDTH; n++) {
            // @unroll
            for (var c = 0u; c < DEPTH; c++) {
              // @unroll
              for (var b = 0u; b < TAPS; b++) {
                if (p * STRIDE + b >= FIRST && p * STRIDE + b < END) {
                  sum[((r * 4u + j) * PIXELS + p) * WIDTH + n] += value[(c * SPAN + p * STRIDE + b) * WIDTH + n] * w[(c * TAPS + b) * 4u + j];
                }
              }
            }
          }
        }
      }
    }
    w_at += TAPS * pitch;
    a++;
    let wrapped = a == first_tap + tap_rows;
    a = select(a, first_tap, wrapped);
    channel_at += select(0u, DEPTH * IN_HEIGHT, wrapped);
    w_at += select(0u, (DEPTH * KERNEL_HEIGHT - tap_rows) * TAPS * pitch, wrapped);
  }

  let channels = OUT_CHANNELS / (PHASES_X * PHASES_Y);
  let stored = index < height * pixel_tiles * BATCH;
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      let channel = first_channel + 4u * r + (quad_lane ^ j);
      let place_y = out_y * PHASES_Y + channel / (channels * PHASES_X) - OFFSET_Y;
      let at = ((group * channels + channel % channels) * OUT_HEIGHT + place_y) * OUT_WIDTH;
      // @unroll
      for (var p = 0u; p < PIXELS; p++) {
        let place_x = (out_x + p) * PHASES_X + channel / channels % PHASES_X - OFFSET_X;
        if (stored && channel < OUT_CHANNELS && place_y < OUT_HEIGHT && place_x < OUT_WIDTH) {
          var made: array<f32, WIDTH>;
          // @unroll
          for (var n = 0u; n < WIDTH; n++) {
            made[n] = sum[((r * 4u + j) * PIXELS + p) * WIDTH + n];
          }
          let maximum = place_of_maximum((at + place_x) * BATCH + image);
          // @unroll
          for (var v = 0u; v < WINDOW; v++) {
            // @unroll
            for (var h = 0u; h < WINDOW; h++) {
              let result = value_in_window(finished(of_components(made)), maximum, v, h);
              y[place_in_window(at + place_x, v, h) * BATCH + image] = result;
            }
          }
        }
      }
    }
  }
}
