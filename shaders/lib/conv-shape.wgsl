// The shape of a convolution, and the blocks of pixels that make a gradient of it; see conv2d.wgsl.

override GROUPS: u32 = 1u;
override IN_CHANNELS: u32 = 1u;   // per group
override OUT_CHANNELS: u32 = 4u;  // per group, those of all pixels of a block
override IN_HEIGHT: u32 = 1u;
override IN_WIDTH: u32 = 1u;
override OUT_HEIGHT: u32 = 1u;
override OUT_WIDTH: u32 = 1u;
override KERNEL_HEIGHT: u32 = 1u;
override KERNEL_WIDTH: u32 = 1u;
override STRIDE_Y: u32 = 1u;
override STRIDE_X: u32 = 1u;
override PADDING_Y: u32 = 0u;
override PADDING_X: u32 = 0u;
override PHASES_Y: u32 = 1u;
override PHASES_X: u32 = 1u;
override OFFSET_Y: u32 = 0u;
override OFFSET_X: u32 = 0u;
override BATCH: u32 = 1u; // in Vectors
