// Writes values to wherever a table says.
//
//   y[place[i]] = x[i]
//
// The values are moved bit by bit, so that floats may go among whole numbers, as weights into the program of a CPPN.

// @use grid

override COUNT: u32 = 1u;
override TARGET: u32 = 1u; // words of y; a place beyond them takes nothing

@group(0) @binding(0) var<storage, read> x: array<u32>;       // [COUNT]
@group(0) @binding(1) var<storage, read> place: array<u32>;   // [COUNT]
@group(0) @binding(2) var<storage, read_write> y: array<u32>; // [TARGET]

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = linear_index(id, workgroups);
  if (index < COUNT && place[index] < TARGET) {
    y[place[index]] = x[index];
  }
}
