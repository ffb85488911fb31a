// What an invocation holds side by side: four images of a batch, or four columns of a product. Batches of one and of two images
// have vector-1.wgsl and vector-2.wgsl in its place.

const WIDTH = 4u;

alias Vector = vec4f;
alias Indices = vec4u;
alias FourVectors = mat4x4f;

// An index that is an argument would cost SwiftShader a choice among all components, so they come as an array for literal indices.
fn components(v: Vector) -> array<f32, WIDTH> {
  return array(v.x, v.y, v.z, v.w);
}

fn of_components(parts: array<f32, WIDTH>) -> Vector {
  return vec4f(parts[0], parts[1], parts[2], parts[3]);
}

// The first of four values.
fn first_of_four(v: vec4f) -> Vector {
  return v;
}

// Zeros after them.
fn padded_to_four(v: Vector) -> vec4f {
  return v;
}

// Indices below 256, a byte each.
fn packed_indices(v: Indices) -> u32 {
  return v.x | (v.y << 8u) | (v.z << 16u) | (v.w << 24u);
}

fn unpacked_indices(word: u32) -> Indices {
  return vec4u(word, word >> 8u, word >> 16u, word >> 24u) & vec4u(255u);
}
