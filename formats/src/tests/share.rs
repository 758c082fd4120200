//! How many of the tests of errors check all that a message must hold.

use std::{fs, path::Path};

#[test]
fn most_tests_of_errors_check_file_place_field_and_remedy() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests");
    let (mut errors, mut whole) = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for test in text.split("#[test]").skip(1) {
            let refused = ["unwrap_err", "problem(", "message("]
                .iter()
                .any(|call| test.contains(call));
            errors += usize::from(refused);
            whole += usize::from(refused && test.contains("assert_refusal("));
        }
    }
    eprintln!("{whole} of {errors} tests of errors name file, place, field and remedy");
    assert!(2 * whole > errors, "{whole} of {errors}");
}
