// The mean over squares of cells; its twin is `pool` in src/model/resize.rs.

struct Size {
    // Of what is written.
    output: vec2<u32>,
    planes: u32,
    // Side of a square.
    cell: u32,
}

// [planes, cell height, cell width]
@group(0) @binding(0) var<storage, read> map: array<f32>;
// [planes, height, width]
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> size: Size;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let x = id.x % size.output.x;
    // Rows of all planes lie one after the other.
    let row = id.x / size.output.x;
    if row >= size.output.y * size.planes {
        return;
    }
    var sum = 0.0;
    for (var i = 0u; i < size.cell; i++) {
        let start = (size.cell * row + i) * size.cell * size.output.x + size.cell * x;
        for (var j = 0u; j < size.cell; j++) {
            sum += map[start + j];
        }
    }
    out[id.x] = sum / f32(size.cell * size.cell);
}
