// Convolution: a tile of the result per invocation.
//
//   y[o, r, c, n] = bias[o] + Σ_{i, a, b}  w[i, a, b, o] · x[i, r·STRIDE + a − PADDING, c·STRIDE + b − PADDING, n]
//
// The batch n is innermost and four images share a vec4, so for any stride and padding neighbouring lanes
// read neighbouring addresses and no im2col is needed. A batch of one or two has Images of one or two floats.
// Weights are stored with the output channel innermost: at one (i, a, b) the channels of a tile are consecutive vec4s
// at an address that is the same for the whole workgroup, which CPU adapters turn into one scalar load and a
// broadcast, and GPUs serve from the constant path.
// A tile is 4·ROWS output channels × PIXELS neighbouring output columns × four images. Lanes run over the images first
// and then over the tiles of the picture, so that none is idle at a batch of four.
//
// The gradient of a convolution with respect to its input is a convolution too: of the upstream gradient, with the
// kernel reversed, see conv2d-input-gradient.wgsl. There a position makes a block of PHASES_Y × PHASES_X pixels of
// each channel, which count as channels of their own: channel (φy·PHASES_X + φx)·C + c at position (r, k) is channel c
// of pixel (r·PHASES_Y + φy − OFFSET_Y, k·PHASES_X + φx − OFFSET_X). The forward pass has blocks of one pixel.
//
//   plain   the formula above, one sum per invocation: what the others are compared with, where nothing else runs
//   tap     loops over the taps of the kernel: short code, any shape
//   staged  for GPUs: a workgroup copies weights and inputs of some taps into workgroup memory, then shares them

// @use conv-shape
// @use rectify
// @use stored-place
// @use vector

override LANES: u32 = 8u;

alias Images = Vector;

const ROWS = 2u; // @tile
const PIXELS = 2u; // @tile

@group(0) @binding(0) var<storage, read> weights: array<vec4f>; // [GROUPS, IN_CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, OUT_CHANNELS/4]
@group(0) @binding(1) var<storage, read> bias: array<vec4f>;    // [GROUPS, OUT_CHANNELS/4]
@group(0) @binding(2) var<storage, read> x: array<Images>;       // [GROUPS, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]
@group(0) @binding(3) var<storage, read_write> y: array<Images>; // [GROUPS, OUT_CHANNELS / (PHASES_Y · PHASES_X), OUT_HEIGHT, OUT_WIDTH, BATCH]

fn pitch() -> u32 {
  return (OUT_CHANNELS + 3u) / 4u;
}

// Columns and rows of positions.
fn positions() -> vec2u {
  return (vec2u(OUT_WIDTH + OFFSET_X, OUT_HEIGHT + OFFSET_Y) + vec2u(PHASES_X, PHASES_Y) - 1u) / vec2u(PHASES_X, PHASES_Y);
}

fn store(group: u32, channel: u32, position: vec2u, image: u32, value: Images) {
  let channels = OUT_CHANNELS / (PHASES_X * PHASES_Y);
  let phase = vec2u(channel / channels % PHASES_X, channel / (channels * PHASES_X));
  // Before the first column or row it wraps to a huge number.
  let pixel = position * vec2u(PHASES_X, PHASES_Y) + phase - vec2u(OFFSET_X, OFFSET_Y);
  if (channel < OUT_CHANNELS && pixel.x < OUT_WIDTH && pixel.y < OUT_HEIGHT) {
    let place = ((group * channels + channel % channels) * OUT_HEIGHT + pixel.y) * OUT_WIDTH + pixel.x;
    let maximum = place_of_maximum(place * BATCH + image);
    // @unroll
    for (var v = 0u; v < WINDOW; v++) {
      // @unroll
      for (var h = 0u; h < WINDOW; h++) {
        y[place_in_window(place, v, h) * BATCH + image] = value_in_window(finished(value), maximum, v, h);
      }
    }
  }
}

@compute @workgroup_size(LANES)
fn plain(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = positions();
  let index = (workgroup.y * workgroups.x + workgroup.x) * LANES + lane;
  let image = index % BATCH;
  let position = vec2u(index / BATCH % size.x, index / BATCH / size.x);
  let group = workgroup.z / OUT_CHANNELS;
  let channel = workgroup.z % OUT_CHANNELS;
  let start = position * vec2u(STRIDE_X, STRIDE_Y) - vec2u(PADDING_X, PADDING_Y);
  var sum = Images(bias[group * pitch() + channel / 4u][channel % 4u]);
  for (var i = 0u; i < IN_CHANNELS; i++) {
    for (var a = 0u; a < KERNEL_HEIGHT; a++) {
      for (var b = 0u; b < KERNEL_WIDTH; b++) {
        let at = start + vec2u(b, a);
        if (at.y < IN_HEIGHT && at.x < IN_WIDTH) {
          let tap = ((group * IN_CHANNELS + i) * KERNEL_HEIGHT + a) * KERNEL_WIDTH + b;
          let w = weights[tap * pitch() + channel / 4u][channel % 4u];
          sum += w * x[(((group * IN_CHANNELS + i) * IN_HEIGHT + at.y) * IN_WIDTH + at.x) * BATCH + image];
        }
      }
    }
  }
  if (position.y < size.y) {
    store(group, channel, position, image, sum);
  }
}

@compute @workgroup_size(LANES)
fn tap(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row_tiles = (pitch() + ROWS - 1u) / ROWS;
  let group = workgroup.z / row_tiles;
  let first_row = (workgroup.z % row_tiles) * ROWS;
  let pixel_tiles = (positions().x + PIXELS - 1u) / PIXELS;
  let index = (workgroup.y * workgroups.x + workgroup.x) * LANES + lane;
  let tile = index / BATCH;
  let image = index % BATCH;
  let position = vec2u((tile % pixel_tiles) * PIXELS, tile / pixel_tiles);
  let start = position * vec2u(STRIDE_X, STRIDE_Y) - vec2u(PADDING_X, PADDING_Y);
  let padded = PADDING_Y + PADDING_X > 0u || PHASES_Y * PHASES_X > 1u; // or a block that sees past the edge
  var sum: array<Images, 4u * ROWS * PIXELS>;
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    let b = bias[group * pitch() + min(first_row + r, pitch() - 1u)];
    // @unroll
    for (var p = 0u; p < PIXELS; p++) {
      sum[(r * 4u + 0u) * PIXELS + p] = Images(b.x);
      sum[(r * 4u + 1u) * PIXELS + p] = Images(b.y);
      sum[(r * 4u + 2u) * PIXELS + p] = Images(b.z);
      sum[(r * 4u + 3u) * PIXELS + p] = Images(b.w);
    }
  }
  var w_at = group * IN_CHANNELS * KERNEL_HEIGHT * KERNEL_WIDTH * pitch() + first_row;
  for (var i = 0u; i < IN_CHANNELS; i++) {
    for (var a = 0u; a < KERNEL_HEIGHT; a++) {
      let in_y = start.y + a;
      let row_inside = !padded | (in_y < IN_HEIGHT);
      let row_at = ((group * IN_CHANNELS + i) * IN_HEIGHT + select(0u, in_y, row_inside)) * IN_WIDTH;
      for (var b = 0u; b < KERNEL_WIDTH; b++) {
        var value: array<Images, PIXELS>;
        // @unroll
        for (var p = 0u; p < PIXELS; p++) {
          let in_x = start.x + p * STRIDE_X + b;
          let inside = !padded | (row_inside & (in_x < IN_WIDTH));
          let loaded = x[(row_at + select(0u, in_x, inside)) * BATCH + image];
          value[p] = select(Images(0.0), loaded, inside);
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
        w_at += pitch();
      }
    }
  }
  // @unroll
  for (var r = 0u; r < 4u * ROWS; r++) {
    // @unroll
    for (var p = 0u; p < PIXELS; p++) {
      store(group, first_row * 4u + r, position + vec2u(p, 0u), image, sum[r * PIXELS + p]);
    }
  }
}

// Workgroup memory holds DEPTH taps of a tile of 8·ROWS vec4s of channels × 8·PIXELS columns, a column being a pixel's
// Images. 8 × 8 invocations each keep ROWS × PIXELS of them, eight apart, so that neighbours read neighbouring vec4s.
const DEPTH = 8u;
alias Outputs = FourVectors;
var<workgroup> staged_weights: array<vec4f, 64u * ROWS>;   // [DEPTH, 8·ROWS]
var<workgroup> staged_columns: array<Images, 64u * PIXELS>; // [DEPTH, 8·PIXELS]

// Of the pixels of a tile's column: where its taps begin, whether it is one at all, and its place in the batch.
struct Column {
  start: vec2u,
  image: u32,
  inside: bool,
}

fn column_at(column: u32) -> Column {
  let size = positions();
  let tile = column / BATCH;
  let start = vec2u(tile % size.x, tile / size.x) * vec2u(STRIDE_X, STRIDE_Y) - vec2u(PADDING_X, PADDING_Y);
  return Column(start, column % BATCH, tile < size.x * size.y);
}

fn input_value(group: u32, k: u32, column: Column) -> Images {
  let b = k % KERNEL_WIDTH;
  let a = (k / KERNEL_WIDTH) % KERNEL_HEIGHT;
  let i = k / (KERNEL_WIDTH * KERNEL_HEIGHT);
  let at = column.start + vec2u(b, a);
  if (i >= IN_CHANNELS || !column.inside || at.y >= IN_HEIGHT || at.x >= IN_WIDTH) {
    return Images(0.0);
  }
  return x[(((group * IN_CHANNELS + i) * IN_HEIGHT + at.y) * IN_WIDTH + at.x) * BATCH + column.image];
}

fn store_column(group: u32, row: u32, column: u32, values: Outputs) {
  let tile = column / BATCH;
  let size = positions();
  if (row >= pitch() || tile >= size.x * size.y) {
    return;
  }
  let b = bias[group * pitch() + row];
  for (var c = 0u; c < 4u; c++) {
    store(group, row * 4u + c, vec2u(tile % size.x, tile / size.x), column % BATCH, values[c] + b[c]);
  }
}

@compute @workgroup_size(64)
fn staged(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let depth = IN_CHANNELS * KERNEL_HEIGHT * KERNEL_WIDTH;
  let row_tiles = (pitch() + 8u * ROWS - 1u) / (8u * ROWS);
  let group = workgroup.z / row_tiles;
  let first_row = (workgroup.z % row_tiles) * 8u * ROWS;
  let first_column = (workgroup.y * workgroups.x + workgroup.x) * 8u * PIXELS;
  let mine_row = lane / 8u;
  let mine_column = lane % 8u;
  var copied: array<Column, PIXELS>;
  // @unroll
  for (var p = 0u; p < PIXELS; p++) {
    copied[p] = column_at(first_column + p * 8u + lane % 8u);
  }
  var sum: array<Outputs, ROWS * PIXELS>; // column c of each holds the images' sums for output channel c
  for (var start = 0u; start < depth; start += DEPTH) {
    let k = start + lane / 8u;
    // @unroll
    for (var r = 0u; r < ROWS; r++) {
      let row = first_row + r * 8u + lane % 8u;
      let usable = k < depth && row < pitch();
      staged_weights[(lane / 8u * ROWS + r) * 8u + lane % 8u] = select(vec4f(0.0), weights[select(0u, (group * depth + k) * pitch() + row, usable)], usable);
    }
    // @unroll
    for (var p = 0u; p < PIXELS; p++) {
      staged_columns[(lane / 8u * PIXELS + p) * 8u + lane % 8u] = input_value(group, k, copied[p]);
    }
    workgroupBarrier();
    for (var step = 0u; step < DEPTH; step++) {
      var value: array<Images, PIXELS>;
      // @unroll
      for (var p = 0u; p < PIXELS; p++) {
        value[p] = staged_columns[(step * PIXELS + p) * 8u + mine_column];
      }
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        let w = staged_weights[(step * ROWS + r) * 8u + mine_row];
        // @unroll
        for (var p = 0u; p < PIXELS; p++) {
          sum[r * PIXELS + p] += Outputs(w.x * value[p], w.y * value[p], w.z * value[p], w.w * value[p]);
        }
      }
    }
    workgroupBarrier();
  }
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    // @unroll
    for (var p = 0u; p < PIXELS; p++) {
      store_column(group, first_row + r * 8u + mine_row, first_column + p * 8u + mine_column, sum[r * PIXELS + p]);
    }
  }
}
