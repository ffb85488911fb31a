// The picture that a climbed image stands for: bytes, as a PNG holds them.
//
//   byte[slot, c', pixel] = ⌊clamp(X[c, pixel, slot] + mean[c, pixel], 0, 255) + ½⌋
//
// An invocation turns four neighbouring pixels of four slots: each load and each store is whole. Bytes beyond a plane's
// end are zero. c' is c, or counted from the other end where the network wants blue first. Turns [channels, height, width,
// slot] floats into [slot, channels, height, width] bytes.

override CHANNELS: u32 = 1u;
override PIXELS: u32 = 784u; // of one channel
override BATCH: u32 = 1u;    // in vec4s
override REVERSE_CHANNELS: bool = false;
override LANES: u32 = 64u;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;  // [CHANNELS, PIXELS, BATCH], the image minus the mean
@group(0) @binding(1) var<storage, read> mean: array<f32>; // [CHANNELS, PIXELS], in the network's channel order
@group(0) @binding(2) var<storage, read_write> images: array<u32>; // bytes [slot, CHANNELS, PIXELS padded to 4]

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let plane = (PIXELS + 3u) / 4u;
  let index = id.y * workgroups.x * LANES + id.x;
  if (index >= CHANNELS * plane * BATCH) {
    return;
  }
  let slots = index % BATCH;
  let word = index / BATCH % plane;
  let channel = index / (BATCH * plane);
  var bytes = vec4u(0u);
  for (var byte = 0u; byte < 4u; byte++) {
    let pixel = word * 4u + byte;
    if (pixel < PIXELS) {
      let at = channel * PIXELS + pixel;
      let value = clamp(x[at * BATCH + slots] + mean[at], vec4f(0.0), vec4f(255.0));
      bytes |= vec4u(value + 0.5) << vec4u(8u * byte);
    }
  }
  let to_channel = select(channel, CHANNELS - 1u - channel, REVERSE_CHANNELS);
  for (var slot = 0u; slot < 4u; slot++) {
    images[((slots * 4u + slot) * CHANNELS + to_channel) * plane + word] = bytes[slot];
  }
}
