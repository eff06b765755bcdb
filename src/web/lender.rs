//! Pixels from JavaScript, and once more when they are needed again.

use js_sys::{Array, Function, Promise, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::error::{Error, ErrorKind, Result};
use crate::image::Picture;
use crate::session::Lender;

/// Pictures of `[height, width, 4]` bytes; `sizes` are width and height of each in turn.
pub fn pictures(rgba: &[Uint8Array], sizes: &[usize]) -> Result<Vec<Picture>> {
    let pictures = rgba.iter().zip(sizes.chunks_exact(2));
    pictures.map(|(rgba, size)| Picture::from_rgba(&rgba.to_vec(), size[0], size[1])).collect()
}

/// What `again` promises as `[rgba, sizes]`.
pub fn lender(again: Function) -> Lender {
    Box::new(move || {
        let promised = again.call0(&JsValue::UNDEFINED);
        Box::pin(async move {
            let lent = JsFuture::from(Promise::from(promised.map_err(unreadable)?)).await;
            let lent = Array::from(&lent.map_err(unreadable)?);
            let rgba: Vec<_> = Array::from(&lent.get(0)).iter().map(Uint8Array::from).collect();
            let sizes = Uint32Array::from(lent.get(1)).to_vec();
            pictures(&rgba, &sizes.into_iter().map(|side| side as usize).collect::<Vec<_>>())
        })
    })
}

fn unreadable(reason: JsValue) -> Error {
    ErrorKind::NotAnImage(format!("{reason:?}")).into()
}
