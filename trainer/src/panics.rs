//! Panics of libraries that damaged files cause, and that are errors here.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Calls a library; `None` if it panics, of which [`hide_expected`] then prints nothing.
pub fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    EXPECTED.set(true);
    let found = catch_unwind(AssertUnwindSafe(work)).ok();
    EXPECTED.set(false);
    found
}

/// Lets the panics that [`caught`] catches happen in silence; others are reported as before.
pub fn hide_expected() {
    let report = take_hook();
    set_hook(Box::new(move |panic| {
        if !EXPECTED.get() {
            report(panic);
        }
    }));
}

#[test]
fn a_panic_becomes_nothing_and_the_next_one_is_not_expected() {
    assert_eq!(caught(|| 1), Some(1));
    assert_eq!(
        caught(|| -> i32 { std::panic::resume_unwind(Box::new(1)) }),
        None
    );
    assert!(!EXPECTED.get());
}
