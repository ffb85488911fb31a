// Between the layout of four slots and that of one image: networks that see one image are made for it alone.
//
//   take:  image[i] = slots[i].x, the first slot
//   give:  slots[i] = (image[i], 0, 0, 0)

override COUNT: u32 = 1u; // values of an image
override LANES: u32 = 64u;

@group(0) @binding(0) var<storage, read_write> slots: array<vec4f>; // [COUNT]
@group(0) @binding(1) var<storage, read_write> image: array<f32>;   // [COUNT]

@compute @workgroup_size(LANES)
fn take(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index < COUNT) {
    image[index] = slots[index].x;
  }
}

@compute @workgroup_size(LANES)
fn give(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index < COUNT) {
    slots[index] = vec4f(image[index], 0.0, 0.0, 0.0);
  }
}
