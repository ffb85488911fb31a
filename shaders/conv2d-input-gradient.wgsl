// The weights of a convolution as conv2d.wgsl needs them to compute the gradient with respect to its input.
//
//   dx[i, r, c, n] = Σ_{o, a, b}  w[o, a, b, i] · dy[o, (r + PADDING − a) / STRIDE, (c + PADDING − b) / STRIDE, n]
//
// over the taps for which both quotients are whole. Rows r = q·STRIDE + phase see the taps a = φ + STRIDE·t, where
// φ = (phase + PADDING) mod STRIDE, and read dy at q + (phase + PADDING) / STRIDE − t: a convolution of dy with every
// STRIDE-th tap in reverse order. Phases with fewer taps than others get zeros for the missing ones.
//
//   turned[g, phase y, phase x, o, a', b', i] = w[g, i, φy + STRIDE·(T − 1 − a'), φx + STRIDE·(T − 1 − b'), o]

override GROUPS: u32 = 1u;
override IN_CHANNELS: u32 = 1u;  // per group
override OUT_CHANNELS: u32 = 1u; // per group
override KERNEL_HEIGHT: u32 = 1u;
override KERNEL_WIDTH: u32 = 1u;
override STRIDE: u32 = 1u;
override PADDING: u32 = 0u;
override LANES: u32 = 64u;

@group(0) @binding(0) var<storage, read> weights: array<f32>;      // [GROUPS, IN_CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, OUT_CHANNELS padded to 4]
@group(0) @binding(1) var<storage, read_write> turned: array<f32>; // [GROUPS, STRIDE, STRIDE, OUT_CHANNELS, T, T, IN_CHANNELS padded to 4]

@compute @workgroup_size(LANES)
fn turn(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let pitch = (IN_CHANNELS + 3u) / 4u * 4u;
  let weight_pitch = (OUT_CHANNELS + 3u) / 4u * 4u;
  let height = (KERNEL_HEIGHT + STRIDE - 1u) / STRIDE;
  let width = (KERNEL_WIDTH + STRIDE - 1u) / STRIDE;
  let index = id.y * workgroups.x * LANES + id.x;
  if (index >= GROUPS * STRIDE * STRIDE * OUT_CHANNELS * height * width * pitch) {
    return;
  }
  let i = index % pitch;
  let tap = index / pitch % (height * width);
  let o = index / (pitch * height * width) % OUT_CHANNELS;
  let part = index / (pitch * height * width * OUT_CHANNELS); // group · STRIDE² + phase
  let group = part / (STRIDE * STRIDE);
  let a = (part / STRIDE % STRIDE + PADDING) % STRIDE + STRIDE * (height - 1u - tap / width);
  let b = (part % STRIDE + PADDING) % STRIDE + STRIDE * (width - 1u - tap % width);
  let there = i < IN_CHANNELS && a < KERNEL_HEIGHT && b < KERNEL_WIDTH;
  let at = (((group * IN_CHANNELS + i) * KERNEL_HEIGHT + a) * KERNEL_WIDTH + b) * weight_pitch + o;
  turned[index] = select(0.0, weights[select(0u, at, there)], there);
}
