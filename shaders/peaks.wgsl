// Maxima of maps, finer than their cells; the twins are `highest` and `peaks` in src/image/peaks.rs.

struct Search {
    // Cells along a side of a map, columns and rows of them that hold the picture.
    cells: u32,
    columns: u32,
    rows: u32,
    // Of every cell that none within so many cells exceeds, those of at least this value.
    radius: u32,
    least: f32,
}

// A maximum, in cells; whole numbers are their centres.
struct Peak {
    x: f32,
    y: f32,
    // How far it stands above the mean of its map, after `highest`; else the map's value.
    height: f32,
    channel: u32,
}

// How points are drawn: as an indirect call takes it.
struct Found {
    vertices: u32,
    peaks: atomic<u32>,
    first_vertex: u32,
    first_peak: u32,
}

@group(0) @binding(0) var<uniform> search: Search;
// [channel, cells, cells]
@group(0) @binding(1) var<storage, read> maps: array<f32>;
@group(0) @binding(2) var<storage, read_write> found: Found;
@group(0) @binding(3) var<storage, read_write> peaks: array<Peak>;

const THREADS: u32 = 256u;

var<workgroup> values: array<f32, THREADS>;
var<workgroup> places: array<u32, THREADS>;
var<workgroup> sums: array<f32, THREADS>;

fn at(channel: u32, x: u32, y: u32) -> f32 {
    return maps[(channel * search.cells + y) * search.cells + x];
}

// How far the vertex of a parabola through three values is from the middle one.
fn shift(before: f32, value: f32, after: f32) -> f32 {
    let bend = before - 2.0 * value + after;
    if bend < 0.0 {
        return clamp(0.5 * (before - after) / bend, -0.5, 0.5);
    }
    return 0.0;
}

// A cell at the edge stays.
fn refined(channel: u32, x: u32, y: u32) -> vec2<f32> {
    let value = at(channel, x, y);
    var place = vec2(f32(x), f32(y));
    if x > 0u && x + 1u < search.columns {
        place.x += shift(at(channel, x - 1u, y), value, at(channel, x + 1u, y));
    }
    if y > 0u && y + 1u < search.rows {
        place.y += shift(at(channel, x, y - 1u), value, at(channel, x, y + 1u));
    }
    return place;
}

fn sigmoid(x: f32) -> f32 {
    return 1.0 / (1.0 + exp(-x));
}

// The highest cell of each map of logits, the first in reading order among equals; one workgroup a channel.
@compute @workgroup_size(THREADS)
fn highest(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let channel = group.x;
    let count = search.columns * search.rows;
    var best = 0u;
    var value = -3.0e38;
    var sum = 0.0;
    for (var i = thread; i < count; i += THREADS) {
        let here = at(channel, i % search.columns, i / search.columns);
        sum += here;
        if here > value {
            value = here;
            best = i;
        }
    }
    values[thread] = value;
    places[thread] = best;
    sums[thread] = sum;
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if thread < half {
            let other = thread + half;
            let equal = values[other] == values[thread] && places[other] < places[thread];
            if values[other] > values[thread] || equal {
                values[thread] = values[other];
                places[thread] = places[other];
            }
            sums[thread] += sums[other];
        }
    }
    if thread == 0u {
        let x = places[0] % search.columns;
        let y = places[0] / search.columns;
        let place = refined(channel, x, y);
        let height = max(sigmoid(values[0]) - sigmoid(sums[0] / f32(count)), 0.0);
        peaks[channel] = Peak(place.x, place.y, height, channel);
        atomicAdd(&found.peaks, 1u);
    }
}

// Every maximum of each map, in any order, as many as there is room for.
@compute @workgroup_size(8, 8)
fn maxima(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= search.columns || id.y >= search.rows {
        return;
    }
    let channel = id.z;
    let value = at(channel, id.x, id.y);
    if value < search.least {
        return;
    }
    let end = min(id.xy + search.radius + 1u, vec2(search.columns, search.rows));
    for (var y = id.y - min(id.y, search.radius); y < end.y; y++) {
        for (var x = id.x - min(id.x, search.radius); x < end.x; x++) {
            let other = at(channel, x, y);
            // Among equals the first in reading order is the peak.
            let earlier = y < id.y || (y == id.y && x < id.x);
            if other > value || (other == value && earlier) {
                return;
            }
        }
    }
    let place = refined(channel, id.x, id.y);
    let number = atomicAdd(&found.peaks, 1u);
    if number < arrayLength(&peaks) {
        peaks[number] = Peak(place.x, place.y, value, channel);
    }
}
