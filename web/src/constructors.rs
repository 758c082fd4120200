//! Static constructors of the libraries, by which CubeCL's compiler collects its operations.

use std::sync::Once;

#[allow(unsafe_code, reason = "the linker provides it")]
unsafe extern "C" {
    fn __wasm_call_ctors();
}

/// Runs the constructors, once.
///
/// If a module never calls them, the linker inserts a call at every entry from JavaScript, which costs a tenth
/// of a millisecond each.
pub fn run() {
    static ONCE: Once = Once::new();
    // SAFETY: the constructors only register themselves, and nothing has used the registers yet.
    #[allow(unsafe_code, reason = "see above")]
    ONCE.call_once(|| unsafe { __wasm_call_ctors() });
}
