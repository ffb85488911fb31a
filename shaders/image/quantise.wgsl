// The image that floats stand for: bytes, as a PNG holds them.
//
//   main:    byte[image, c', pixel] = ⌊clamp(X[c, pixel, image] + mean[c, pixel], 0, 255) + ½⌋
//   around:  the byte of the centre, changed by  sign(d) · max(⌊|d| + shift[image]⌋, 0)  with d = X − centre, so that bytes stay in
//            a ball around it (see ball.wgsl, which counts the same)
//
// An invocation turns four neighbouring pixels of four images: each load and each store is whole. Bytes beyond a plane's
// end are zero. c' is c, or counted from the other end where the network wants blue first. Turns [channels, height, width,
// image] floats into [image, channels, height, width] bytes.

// @use grid

override CHANNELS: u32 = 1u;
override PIXELS: u32 = 784u; // of one channel
override BATCH: u32 = 1u;    // in vec4s
override REVERSE_CHANNELS: bool = false;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;  // [CHANNELS, PIXELS, BATCH], the image minus the mean
@group(0) @binding(1) var<storage, read> mean: array<f32>; // [CHANNELS, PIXELS], in the network's channel order
@group(0) @binding(2) var<storage, read_write> images: array<u32>; // bytes [image, CHANNELS, PIXELS padded to 4]
@group(0) @binding(3) var<storage, read> centre: array<vec4f>; // as X
@group(0) @binding(4) var<storage, read> shifts: array<vec4f>; // [BATCH]

struct Place {
  quad: u32, // of images, a vec4
  word: u32,
  channel: u32,
  within: bool,
}

fn place_of(index: u32) -> Place {
  let plane = (PIXELS + 3u) / 4u;
  return Place(index % BATCH, index / BATCH % plane, index / (BATCH * plane), index < CHANNELS * plane * BATCH);
}

fn nearest(at: u32, quad: u32) -> vec4u {
  return vec4u(clamp(x[at * BATCH + quad] + mean[at], vec4f(0.0), vec4f(255.0)) + 0.5);
}

fn changed(at: u32, quad: u32) -> vec4u {
  let middle = centre[at * BATCH + quad];
  let apart = x[at * BATCH + quad] - middle;
  let change = sign(apart) * max(floor(abs(apart) + shifts[quad]), vec4f(0.0));
  return vec4u(clamp(floor(middle + mean[at] + 0.5) + change, vec4f(0.0), vec4f(255.0)));
}

fn store(bytes: vec4u, place: Place) {
  let to_channel = select(place.channel, CHANNELS - 1u - place.channel, REVERSE_CHANNELS);
  let plane = (PIXELS + 3u) / 4u;
  for (var image = 0u; image < 4u; image++) {
    images[((place.quad * 4u + image) * CHANNELS + to_channel) * plane + place.word] = bytes[image];
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let place = place_of(linear_index(id, workgroups));
  if (!place.within) {
    return;
  }
  var bytes = vec4u(0u);
  for (var byte = 0u; byte < 4u; byte++) {
    let pixel = place.word * 4u + byte;
    if (pixel < PIXELS) {
      bytes |= nearest(place.channel * PIXELS + pixel, place.quad) << vec4u(8u * byte);
    }
  }
  store(bytes, place);
}

@compute @workgroup_size(LANES)
fn around(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let place = place_of(linear_index(id, workgroups));
  if (!place.within) {
    return;
  }
  var bytes = vec4u(0u);
  for (var byte = 0u; byte < 4u; byte++) {
    let pixel = place.word * 4u + byte;
    if (pixel < PIXELS) {
      bytes |= changed(place.channel * PIXELS + pixel, place.quad) << vec4u(8u * byte);
    }
  }
  store(bytes, place);
}
