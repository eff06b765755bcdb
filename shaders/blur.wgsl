// A map blurred by a Gaussian along its rows or its columns, over the cells that hold the picture; once along each is
// `blurred` in src/image/peaks.rs.

struct Blur {
    // Cells along a side of the map, columns and rows of them that hold the picture.
    cells: u32,
    columns: u32,
    rows: u32,
    // 0 along the rows, 1 along the columns.
    along: u32,
    // In cells.
    sigma: f32,
    reach: u32,
}

@group(0) @binding(0) var<uniform> blur: Blur;
// [channel, cells, cells]
@group(0) @binding(1) var<storage, read> sharp: array<f32>;
@group(0) @binding(2) var<storage, read_write> soft: array<f32>;

@compute @workgroup_size(8, 8)
fn blurred(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id.xy >= vec2(blur.cells)) {
        return;
    }
    let start = id.z * blur.cells * blur.cells;
    let cell = start + id.y * blur.cells + id.x;
    if id.x >= blur.columns || id.y >= blur.rows {
        soft[cell] = 0.0;
        return;
    }
    let step = select(blur.cells, 1u, blur.along == 0u);
    let place = select(id.y, id.x, blur.along == 0u);
    let count = select(blur.rows, blur.columns, blur.along == 0u);
    let first = cell - place * step;
    // The mean of what lies inside: nothing is known beyond the edge.
    var sum = 0.0;
    var weight = 0.0;
    let end = min(place + blur.reach + 1u, count);
    for (var i = place - min(place, blur.reach); i < end; i++) {
        let away = (f32(i) - f32(place)) / blur.sigma;
        let share = exp(-0.5 * away * away);
        sum += share * sharp[first + i * step];
        weight += share;
    }
    soft[cell] = sum / weight;
}
