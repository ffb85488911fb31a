// Where an element of a result is stored: in its own place. place-of-maximum.wgsl has in its stead the window that the maximum of a
// pool came from.

const WINDOW = 1u; // side of what an element is stored to

// Of a maximum; `index` counts Vectors.
fn place_of_maximum(index: u32) -> Indices {
  return Indices(0u);
}

// Row v, column h of the window of an element; places count all rows and columns of all channels.
fn place_in_window(place: u32, v: u32, h: u32) -> u32 {
  return place;
}

fn value_in_window(value: Vector, maximum: Indices, v: u32, h: u32) -> Vector {
  return value;
}
