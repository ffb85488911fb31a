// Between batches padded to four images and those of one or two: networks that see so few are made for them alone.
//
//   take:  images[i] = padded[i], the first of four
//   give:  padded[i] = images[i], and zeros in the others

// @use grid
// @use vector

override COUNT: u32 = 1u; // values of an image

alias Images = Vector;

@group(0) @binding(0) var<storage, read_write> padded: array<vec4f>;   // [COUNT]
@group(0) @binding(1) var<storage, read_write> images: array<Images>; // [COUNT]

@compute @workgroup_size(LANES)
fn take(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < COUNT) {
    images[index] = first_of_four(padded[index]);
  }
}

@compute @workgroup_size(LANES)
fn give(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < COUNT) {
    padded[index] = padded_to_four(images[index]);
  }
}
