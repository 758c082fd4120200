//! Weights that are written as they are read back.

use burn::tensor::Device;
use pollster::block_on;
use safetensors::tensor::{Dtype, TensorView, serialize};
use spanlight_core::ops::Init;
use spanlight_core::weights::{
    Array, Stream, pending, read_note, read_safetensors, state_of, write_safetensors,
};

#[test]
fn a_stream_is_what_the_library_writes() {
    let layer = Init::seeded(1).linear(3, 70_000, &Device::flex());
    let state = block_on(state_of(&layer)).unwrap();
    let bytes = |array: &Array| -> Vec<u8> {
        let values = array.values.iter();
        values.flat_map(|value| value.to_le_bytes()).collect()
    };
    let parts: Vec<_> = state.iter().map(|(n, a)| (n, a, bytes(a))).collect();
    let views = parts.iter().map(|(name, array, bytes)| {
        let view = TensorView::new(Dtype::F32, array.shape.clone(), bytes).unwrap();
        (name, view)
    });
    let note = Some("a note".to_string());
    let metadata = [("note".to_string(), "a note".to_string())].into();
    let expected = serialize(views, Some(metadata)).unwrap();
    let stream = Stream::new(pending(&layer), note.clone()).unwrap();
    assert!(block_on(stream.bytes()).unwrap() == expected);
    assert!(write_safetensors(&state, note.clone()).unwrap() == expected);
    assert_eq!(read_safetensors(&expected).unwrap(), state);
    assert_eq!(read_note(&expected).unwrap(), note);
}
