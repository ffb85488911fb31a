// Keeps what belongs to images that improved.
//
//   images:     kept[image, word] = images[image, word] where the image improved
//   parameters: kept[value, image] = parameters[value, image] where the image improved

// @use grid

override COUNT: u32 = 1u; // words of all images; vec4s of all parameters
override WORDS: u32 = 1u; // of an image
override BATCH: u32 = 1u; // in vec4s

@group(0) @binding(0) var<storage, read> best: array<vec4f>; // [4, BATCH]; the second row is not 0 where it improved
@group(0) @binding(1) var<storage, read> current: array<u32>; // images [4 · BATCH, WORDS]
@group(0) @binding(2) var<storage, read_write> kept: array<u32>;
@group(0) @binding(3) var<storage, read> current_values: array<vec4f>; // parameters [values, BATCH]
@group(0) @binding(4) var<storage, read_write> kept_values: array<vec4f>;

@compute @workgroup_size(LANES)
fn images(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index >= COUNT) {
    return;
  }
  let image = index / WORDS;
  if (best[BATCH + image / 4u][image % 4u] != 0.0) {
    kept[index] = current[index];
  }
}

@compute @workgroup_size(LANES)
fn parameters(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < COUNT) {
    let improved = best[BATCH + index % BATCH] != vec4f(0.0);
    kept_values[index] = select(kept_values[index], current_values[index], improved);
  }
}
