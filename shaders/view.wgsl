// What the network sees of an image: a crop, perhaps mirrored, minus the mean, scaled.
//
//   x[c, r, k, slot] = (byte(image, c', r + top, k' + left) − mean[c, r + top, k' + left]) · SCALE
//
// Slot s shows view s mod VIEWS of image source[s / VIEWS]; a source of 0xffffffff leaves zeros. c' is c, or counted
// from the other end where the network wants blue first. Turns [image, channels, height, width] bytes into
// [channels, height, width, slot] floats.

override CHANNELS: u32 = 1u;
override IMAGE_HEIGHT: u32 = 28u;
override IMAGE_WIDTH: u32 = 28u;
override HEIGHT: u32 = 28u;
override WIDTH: u32 = 28u;
override BATCH: u32 = 1u; // in vec4s
override VIEWS: u32 = 1u;
override REVERSE_CHANNELS: bool = false;
override SCALE: f32 = 1.0;
override LANES: u32 = 64u;

struct View {
  top: u32,
  left: u32,
  mirrored: u32,
  unused: u32,
}

@group(0) @binding(0) var<storage, read> images: array<u32>;  // bytes [image, CHANNELS, IMAGE_HEIGHT·IMAGE_WIDTH padded to 4]
@group(0) @binding(1) var<storage, read> source: array<u32>;  // image of each group of VIEWS slots
@group(0) @binding(2) var<storage, read> views: array<View>;  // [VIEWS]
@group(0) @binding(3) var<storage, read> mean: array<f32>;    // [CHANNELS, IMAGE_HEIGHT, IMAGE_WIDTH], in the network's channel order
@group(0) @binding(4) var<storage, read_write> x: array<vec4f>; // [CHANNELS, HEIGHT, WIDTH, BATCH]

fn pixel(slot: u32, channel: u32, row: u32, column: u32) -> f32 {
  let image = source[slot / VIEWS];
  if (image == 0xffffffffu) {
    return 0.0;
  }
  let view = views[slot % VIEWS];
  let shown = select(column, WIDTH - 1u - column, view.mirrored != 0u);
  let place = (row + view.top) * IMAGE_WIDTH + shown + view.left;
  let plane = (IMAGE_HEIGHT * IMAGE_WIDTH + 3u) / 4u;
  let from_channel = select(channel, CHANNELS - 1u - channel, REVERSE_CHANNELS);
  let word = images[(image * CHANNELS + from_channel) * plane + place / 4u];
  let byte = (word >> (8u * (place % 4u))) & 255u;
  return (f32(byte) - mean[channel * IMAGE_HEIGHT * IMAGE_WIDTH + place]) * SCALE;
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index >= CHANNELS * HEIGHT * WIDTH * BATCH) {
    return;
  }
  let slot = (index % BATCH) * 4u;
  let place = index / BATCH;
  let column = place % WIDTH;
  let row = (place / WIDTH) % HEIGHT;
  let channel = place / (WIDTH * HEIGHT);
  x[index] = vec4f(
    pixel(slot, channel, row, column),
    pixel(slot + 1u, channel, row, column),
    pixel(slot + 2u, channel, row, column),
    pixel(slot + 3u, channel, row, column),
  );
}
