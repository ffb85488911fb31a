// Between the layout of four slots and that of one or two images: networks that see so few are made for them alone.
//
//   take:  images[i] = slots[i], the first of four
//   give:  slots[i] = images[i], and zeros in the others

override COUNT: u32 = 1u; // values of an image
override LANES: u32 = 64u;

alias Images = vec4f; // @pair alias Images = vec2f; @single alias Images = f32;

@group(0) @binding(0) var<storage, read_write> slots: array<vec4f>;   // [COUNT]
@group(0) @binding(1) var<storage, read_write> images: array<Images>; // [COUNT]

@compute @workgroup_size(LANES)
fn take(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index < COUNT) {
    images[index] = slots[index]; // @pair images[index] = slots[index].xy; @single images[index] = slots[index].x;
  }
}

@compute @workgroup_size(LANES)
fn give(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * LANES + id.x;
  if (index < COUNT) {
    slots[index] = images[index]; // @pair slots[index] = vec4f(images[index], 0.0, 0.0); @single slots[index] = vec4f(images[index], 0.0, 0.0, 0.0);
  }
}
