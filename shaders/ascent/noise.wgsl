// Random starts of gradient ascent.
//
//   uniform_noise:   x[value, image] = SIZE · (2u − 1)
//   gaussian_noise:  x[value, image] = SIZE · normal
//
// u is uniform in [0, 1); it and the normal number follow from (key of the image; value, 0) by threefry.wgsl, which stands in
// front: an image's noise is the same wherever in the batch it lies.

// @use grid
// @use threefry

override VALUES: u32 = 1u; // of an image
override BATCH: u32 = 1u;  // in vec4s
override SIZE: f32 = 1.0;  // standard deviation or half width

@group(0) @binding(0) var<storage, read> keys: array<vec2u>;    // [image]
@group(0) @binding(1) var<storage, read_write> x: array<vec4f>; // [VALUES, BATCH]

@compute @workgroup_size(LANES)
fn uniform_noise(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= VALUES * BATCH) {
    return;
  }
  let image = index % BATCH * 4u;
  let value = index / BATCH;
  x[index] = SIZE * vec4f(
    even(image, value),
    even(image + 1u, value),
    even(image + 2u, value),
    even(image + 3u, value),
  );
}

@compute @workgroup_size(LANES)
fn gaussian_noise(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= VALUES * BATCH) {
    return;
  }
  let image = index % BATCH * 4u;
  let value = index / BATCH;
  x[index] = SIZE * vec4f(
    normal(image, value),
    normal(image + 1u, value),
    normal(image + 2u, value),
    normal(image + 3u, value),
  );
}

fn even(image: u32, value: u32) -> f32 {
  return 2.0 * uniform_of(threefry(keys[image], vec2u(value, 0u)).x) - 1.0;
}

fn normal(image: u32, value: u32) -> f32 {
  return normal_of(threefry(keys[image], vec2u(value, 0u)));
}
