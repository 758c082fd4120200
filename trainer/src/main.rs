//! The program `spanlight`.

use std::process::ExitCode;

/// Training allocates and frees thousands of tensors a second; the system allocator would return
/// their pages to the system every time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    spanlight::cli::main(spanlight::cli::run)
}
