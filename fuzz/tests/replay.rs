//! Inputs that once did harm, kept in `regressions` under the name of their reader.

use std::fs;
use std::path::Path;

use spanlight_fuzz::TARGETS;

#[test]
fn inputs_that_once_did_harm_do_none() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let (mut read, known) = (0, TARGETS.map(|(name, _)| name));
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            known.contains(&name.as_str()),
            "no reader has the name {name}"
        );
    }
    for (name, target) in TARGETS {
        let Ok(inputs) = fs::read_dir(folder.join(name)) else {
            continue;
        };
        for input in inputs {
            let path = input.unwrap().path();
            eprintln!("{}", path.display());
            target(&fs::read(path).unwrap());
            read += 1;
        }
    }
    assert!(read > 0, "no input is kept");
}

/// The inputs that `cargo xtask fuzz` starts from reach the end of their readers, so that its changes do too.
#[test]
fn sound_inputs_do_no_harm() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for (name, target) in TARGETS {
        let inputs = fs::read_dir(folder.join(name)).unwrap();
        let mut count = 0;
        for input in inputs {
            target(&fs::read(input.unwrap().path()).unwrap());
            count += 1;
        }
        assert!(count > 0, "{name} has no sound input");
    }
}
