// A frame with what is said of it, one pixel of the canvas at a time; its twin is `pixel` in src/gpu/overlay.rs.

struct Look {
    // Pixels of the canvas.
    canvas: vec2<f32>,
    // Pixels of the square that hold the frame.
    fitted: vec2<f32>,
    // Cells along a side of the square.
    cells: u32,
    // Pixels of the square along a side of a cell.
    stride: f32,
    channels: u32,
    // 0: the most probable class, 1: each class on its own, 2: one channel on a scale, 3: channels as red, green and blue.
    mode: u32,
    // The channel that is shown on a scale, and the value at its end.
    channel: u32,
    most: f32,
    // Of the overlay, and how firmly areas are filled.
    opacity: f32,
    fill: f32,
    // 1 where the frame lies under the overlay.
    picture: f32,
}

@group(0) @binding(0) var<uniform> look: Look;
@group(0) @binding(1) var frame: texture_2d<f32>;
@group(0) @binding(2) var smoothly: sampler;
// [channel, cells, cells]
@group(0) @binding(3) var<storage, read> values: array<f32>;
// A scale of 256 steps, then a colour a channel; red, green, blue and opacity from the low end.
@group(0) @binding(4) var<storage, read> colours: array<u32>;

const STEPS: u32 = 256u;
const CLASSES: u32 = 0u;
const LAYERS: u32 = 1u;
const SCALE: u32 = 2u;

// The cells that a pixel of the canvas lies between, and its share of the second ones.
struct Place {
    low: vec2<u32>,
    high: vec2<u32>,
    share: vec2<f32>,
}

fn place(pixel: vec2<f32>) -> Place {
    let last = ceil(look.fitted / look.stride) - 1.0;
    let scale = look.fitted / (look.canvas * look.stride);
    let position = clamp((pixel + 0.5) * scale - 0.5, vec2(0.0), last);
    let low = floor(position);
    return Place(vec2<u32>(low), vec2<u32>(min(low + 1.0, last)), position - low);
}

fn value(channel: u32, at: Place) -> f32 {
    let start = channel * look.cells * look.cells;
    let upper = start + at.low.y * look.cells;
    let lower = start + at.high.y * look.cells;
    let top = mix(values[upper + at.low.x], values[upper + at.high.x], at.share.x);
    let bottom = mix(values[lower + at.low.x], values[lower + at.high.x], at.share.x);
    return mix(top, bottom, at.share.y);
}

// 1 + the most probable class where it is above one half, else 0.
fn class_at(pixel: vec2<f32>) -> u32 {
    let at = place(pixel);
    var best = 0.5;
    var found = 0u;
    for (var channel = 0u; channel < look.channels; channel++) {
        let probability = value(channel, at);
        if probability > best {
            best = probability;
            found = channel + 1u;
        }
    }
    return found;
}

fn has(channel: u32, pixel: vec2<f32>) -> bool {
    return value(channel, place(pixel)) > 0.5;
}

// The next pixel in one of four directions; the edge of the frame is not a border, since objects run out of it.
fn neighbour(pixel: vec2<f32>, direction: u32) -> vec2<f32> {
    let along = select(vec2(0.0, 1.0), vec2(1.0, 0.0), direction < 2u);
    let step = select(-along, along, (direction & 1u) == 1u);
    return clamp(pixel + step, vec2(0.0), look.canvas - 1.0);
}

// `over` on `under`, both with premultiplied opacity.
fn lay(under: vec4<f32>, colour: vec4<f32>, opacity: f32) -> vec4<f32> {
    let alpha = colour.a * opacity;
    return under * (1.0 - alpha) + vec4(colour.rgb * alpha, alpha);
}

fn channel_colour(channel: u32) -> vec4<f32> {
    return unpack4x8unorm(colours[STEPS + channel]);
}

@vertex
fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    // One triangle that covers the canvas.
    let corner = vec2(f32(index & 1u), f32(index >> 1u));
    return vec4(4.0 * corner - 1.0, 0.0, 1.0);
}

@fragment
fn pixel(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let at = floor(position.xy);
    let under = textureSampleLevel(frame, smoothly, position.xy / look.canvas, 0.0);
    var shown = vec4(mix(vec3(1.0), under.rgb, under.a), 1.0) * look.picture;
    if look.mode == CLASSES {
        let found = class_at(at);
        if found > 0u {
            var border = false;
            for (var direction = 0u; direction < 4u; direction++) {
                border = border || class_at(neighbour(at, direction)) != found;
            }
            shown = lay(shown, channel_colour(found - 1u), look.opacity * select(look.fill, 1.0, border));
        }
        return shown;
    }
    if look.mode == LAYERS {
        for (var channel = 0u; channel < look.channels; channel++) {
            if !has(channel, at) {
                continue;
            }
            var border = false;
            for (var direction = 0u; direction < 4u; direction++) {
                border = border || !has(channel, neighbour(at, direction));
            }
            shown = lay(shown, channel_colour(channel), look.opacity * select(look.fill, 1.0, border));
        }
        return shown;
    }
    let here = place(at);
    if look.mode == SCALE {
        let part = clamp(value(look.channel, here) / look.most, 0.0, 1.0);
        return lay(shown, unpack4x8unorm(colours[u32(round(part * f32(STEPS - 1u)))]), look.opacity);
    }
    var colour = vec4(0.0, 0.0, 0.0, 1.0);
    for (var channel = 0u; channel < min(look.channels, 3u); channel++) {
        colour[channel] = clamp(value(channel, here), 0.0, 1.0);
    }
    return lay(shown, colour, look.opacity);
}
