// Gradient of a convolution with respect to its weights.
//
//   dw[i, a, b, o] = Σ_{r, c, n}  x[i, r·STRIDE + a − PADDING, c·STRIDE + b − PADDING, n] · dy[o, r, c, n]
//
//   plain   the formula above, four output channels of a tap per invocation: what the others are compared with
//   row     see below
//
// A workgroup of row makes a tile of four output channels × a whole row of TAPS taps of one input channel. Its lanes walk over
// the images, each keeping sums of its own over all pixels; at the end the lanes' sums are added up in workgroup
// memory, always in the same order, so that training can be repeated bit for bit.
// At one row of pixels, dy's four values meet TAPS values of x, of which the next pixel uses all but one again.

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
override BATCH: u32 = 1u; // in vec4s

const LANES = 16u; // @tile
const TAPS = 1u; // @tile the kernel's width

@group(0) @binding(0) var<storage, read> x: array<vec4f>;        // [GROUPS, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, BATCH]
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;       // [GROUPS, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH]
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>; // [GROUPS, IN_CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, OUT_CHANNELS/4]

var<workgroup> partial: array<vec4f, TAPS * LANES>; // four output channels of each tap and lane

@compute @workgroup_size(LANES)
fn plain(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let pitch = (OUT_CHANNELS + 3u) / 4u;
  let index = (workgroup.y * workgroups.x + workgroup.x) * LANES + lane;
  let tap = index / pitch;
  let b = tap % KERNEL_WIDTH;
  let a = tap / KERNEL_WIDTH % KERNEL_HEIGHT;
  let i = tap / (KERNEL_WIDTH * KERNEL_HEIGHT); // among the channels of all groups
  if (i >= GROUPS * IN_CHANNELS) {
    return;
  }
  var sum = vec4f(0.0);
  for (var o = 0u; o < 4u; o++) {
    let channel = index % pitch * 4u + o;
    if (channel < OUT_CHANNELS) {
      for (var r = 0u; r < OUT_HEIGHT; r++) {
        for (var c = 0u; c < OUT_WIDTH; c++) {
          let at = vec2u(c, r) * STRIDE + vec2u(b, a) - PADDING;
          if (at.y < IN_HEIGHT && at.x < IN_WIDTH) {
            let x_at = ((i * IN_HEIGHT + at.y) * IN_WIDTH + at.x) * BATCH;
            let dy_at = (((i / IN_CHANNELS * OUT_CHANNELS + channel) * OUT_HEIGHT + r) * OUT_WIDTH + c) * BATCH;
            for (var image = 0u; image < BATCH; image++) {
              sum[o] += dot(x[x_at + image], dy[dy_at + image]);
            }
          }
        }
      }
    }
  }
  dw[index] = sum;
}

@compute @workgroup_size(LANES)
fn row(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pitch = (OUT_CHANNELS + 3u) / 4u;
  let group = workgroup.z / pitch;
  let quad = workgroup.z % pitch;
  let i = workgroup.y;
  let a = workgroup.x;
  // Channels beyond the last repeat it; their results are cleared below.
  let channel = min(vec4u(quad * 4u) + vec4u(0u, 1u, 2u, 3u), vec4u(OUT_CHANNELS - 1u));
  let plane = OUT_HEIGHT * OUT_WIDTH * BATCH;

  var sum: array<vec4f, 4u * TAPS>;
  for (var image = lane; image < BATCH; image += LANES) {
    for (var r = 0u; r < OUT_HEIGHT; r++) {
      let in_y = r * STRIDE + a - PADDING;
      if (in_y < IN_HEIGHT) {
        let x_at = (((group * IN_CHANNELS + i) * IN_HEIGHT + in_y) * IN_WIDTH) * BATCH + image;
        let dy_at = (group * OUT_CHANNELS * OUT_HEIGHT + r) * OUT_WIDTH * BATCH + image;
        for (var c = 0u; c < OUT_WIDTH; c++) {
          let d0 = dy[dy_at + channel.x * plane + c * BATCH];
          let d1 = dy[dy_at + channel.y * plane + c * BATCH];
          let d2 = dy[dy_at + channel.z * plane + c * BATCH];
          let d3 = dy[dy_at + channel.w * plane + c * BATCH];
          // @unroll
          for (var b = 0u; b < TAPS; b++) {
            let in_x = c * STRIDE + b - PADDING;
            let inside = in_x < IN_WIDTH;
            let value = select(vec4f(0.0), x[x_at + select(0u, in_x, inside) * BATCH], inside);
            sum[b * 4u + 0u] += d0 * value;
            sum[b * 4u + 1u] += d1 * value;
            sum[b * 4u + 2u] += d2 * value;
            sum[b * 4u + 3u] += d3 * value;
          }
        }
      }
    }
  }
  // @unroll
  for (var b = 0u; b < TAPS; b++) {
    partial[b * LANES + lane] = vec4f(
      dot(sum[b * 4u + 0u], vec4f(1.0)),
      dot(sum[b * 4u + 1u], vec4f(1.0)),
      dot(sum[b * 4u + 2u], vec4f(1.0)),
      dot(sum[b * 4u + 3u], vec4f(1.0)),
    );
  }
  workgroupBarrier();
  for (var b = lane; b < TAPS; b += LANES) {
    var total = vec4f(0.0);
    for (var other = 0u; other < LANES; other++) {
      total += partial[b * LANES + other];
    }
    let used = (vec4u(quad * 4u) + vec4u(0u, 1u, 2u, 3u)) < vec4u(OUT_CHANNELS);
    dw[(((group * IN_CHANNELS + i) * KERNEL_HEIGHT + a) * TAPS + b) * pitch + quad] = select(vec4f(0.0), total, used);
  }
}
