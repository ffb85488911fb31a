// What the network sees of an image: a region, perhaps mirrored, brought to the input's size, minus the mean, scaled.
//
//   x[c, r, k, n] = (image(c', y, z) − mean(c, y, z)) · SCALE[c]
//   y = top + (r + ½) · height / HEIGHT − ½,  z = left + (k' + ½) · width / WIDTH − ½,  k' = k, or counted from the right
//
// Between pixels, image and mean are interpolated bilinearly; a region of the input's own size falls on whole pixels, and
// RESIZE false spares the other three. Input n of the batch shows view n mod VIEWS of image source[n / VIEWS]; a source of
// 0xffffffff leaves zeros. c' is c, or counted from the other end where the network wants blue first. Turns [image,
// channels, height, width] bytes into [channels, height, width, batch] floats.
//
// With NOISE, every pixel is clamp(image + NOISE · normal, 0, 255), where the normal numbers follow from (key of the view;
// place in the image, 0) by threefry.wgsl, which stands in front: all images of a batch meet the same noise in view v.

// @use grid
// @use threefry

override CHANNELS: u32 = 1u;
override IMAGE_HEIGHT: u32 = 28u;
override IMAGE_WIDTH: u32 = 28u;
override HEIGHT: u32 = 28u;
override WIDTH: u32 = 28u;
override BATCH: u32 = 1u; // in vec4s
override VIEWS: u32 = 1u;
override REVERSE_CHANNELS: bool = false;
override RESIZE: bool = false;
override NOISE: f32 = 0.0; // standard deviation, in bytes
override SCALE_0: f32 = 1.0; // of the network's first channel
override SCALE_1: f32 = 1.0;
override SCALE_2: f32 = 1.0;

struct View {
  corner: vec2f, // top and left of the region, in pixels of the image
  size: vec2f,   // its height and width
  mirrored: u32,
  key: vec2u, // of its noise
}

@group(0) @binding(0) var<storage, read> images: array<u32>;  // bytes [image, CHANNELS, IMAGE_HEIGHT·IMAGE_WIDTH padded to 4]
@group(0) @binding(1) var<storage, read> source: array<u32>;  // image of each group of VIEWS inputs
@group(0) @binding(2) var<storage, read> views: array<View>;  // [VIEWS]
@group(0) @binding(3) var<storage, read> mean: array<f32>;    // [CHANNELS, IMAGE_HEIGHT, IMAGE_WIDTH], in the network's channel order
@group(0) @binding(4) var<storage, read_write> x: array<vec4f>; // [CHANNELS, HEIGHT, WIDTH, BATCH]

// The pixel minus the mean; beyond the edge, of the nearest one inside.
fn centred(image: u32, channel: u32, place: vec2i, key: vec2u) -> f32 {
  let inside = vec2u(clamp(place, vec2i(0), vec2i(i32(IMAGE_HEIGHT), i32(IMAGE_WIDTH)) - 1));
  let at = inside.x * IMAGE_WIDTH + inside.y;
  let plane = (IMAGE_HEIGHT * IMAGE_WIDTH + 3u) / 4u;
  let from_channel = select(channel, CHANNELS - 1u - channel, REVERSE_CHANNELS);
  let word = images[(image * CHANNELS + from_channel) * plane + at / 4u];
  let byte = (word >> (8u * (at % 4u))) & 255u;
  var value = f32(byte);
  if (NOISE > 0.0) {
    let noise = normal_of(threefry(key, vec2u(channel * IMAGE_HEIGHT * IMAGE_WIDTH + at, 0u)));
    value = clamp(value + NOISE * noise, 0.0, 255.0);
  }
  return value - mean[channel * IMAGE_HEIGHT * IMAGE_WIDTH + at];
}

fn value(input: u32, channel: u32, row: u32, column: u32) -> f32 {
  let image = source[input / VIEWS];
  if (image == 0xffffffffu) {
    return 0.0;
  }
  let view = views[input % VIEWS];
  let shown = vec2u(row, select(column, WIDTH - 1u - column, view.mirrored != 0u));
  var scale = SCALE_0;
  if (channel == 1u) {
    scale = SCALE_1;
  } else if (channel == 2u) {
    scale = SCALE_2;
  }
  if (!RESIZE) {
    return centred(image, channel, vec2i(vec2u(view.corner) + shown), view.key) * scale;
  }
  let place = view.corner + (vec2f(shown) + 0.5) * view.size / vec2f(f32(HEIGHT), f32(WIDTH)) - 0.5;
  let first = vec2i(floor(place));
  let part = place - floor(place);
  let upper = mix(
    centred(image, channel, first, view.key),
    centred(image, channel, first + vec2i(0, 1), view.key),
    part.y,
  );
  let lower = mix(
    centred(image, channel, first + vec2i(1, 0), view.key),
    centred(image, channel, first + vec2i(1, 1), view.key),
    part.y,
  );
  return mix(upper, lower, part.x) * scale;
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= CHANNELS * HEIGHT * WIDTH * BATCH) {
    return;
  }
  let input = (index % BATCH) * 4u;
  let place = index / BATCH;
  let column = place % WIDTH;
  let row = (place / WIDTH) % HEIGHT;
  let channel = place / (WIDTH * HEIGHT);
  x[index] = vec4f(
    value(input, channel, row, column),
    value(input + 1u, channel, row, column),
    value(input + 2u, channel, row, column),
    value(input + 3u, channel, row, column),
  );
}
