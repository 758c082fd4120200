//! One failure does not end the whole experiment.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Error, Result};

/// Runs something; a panic, such as that of a device out of memory, becomes an error.
///
/// # Errors
/// That, and what `work` returns.
pub fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What it had in hand is dropped, and what it saved is whole at any moment.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(Error::Usage(format!("it panicked: {text}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_message() {
        let count = 7;
        let message = guarded::<()>(|| panic!("out of memory, {count} times")).unwrap_err();
        assert_eq!(message.to_string(), "it panicked: out of memory, 7 times");
        assert_eq!(guarded(|| Ok(1)).unwrap(), 1);
    }
}
