//! Commands on a disk that fills up, and on one that cannot be written: what was there before stays, nothing
//! half-written is left, and once there is room they do what they would have done.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::commands::{Case, Prepared, cases, compare, copy, outcome};
use spanlight_tests::disk::Disk;

/// Bytes that the files of a folder take on the disk.
fn used(folder: &Path) -> u64 {
    let output = Command::new("du")
        .args(["-s", "-B1"])
        .arg(folder)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

/// Fills a disk with a file until so much room is left, in whole pages.
fn fill(filler: &Path, room: u64) {
    const PAGE: usize = 4096;
    let mut file = fs::File::create(filler).unwrap();
    let mut length = 0;
    while file.write_all(&[1; PAGE]).is_ok() {
        length += PAGE as u64;
    }
    file.set_len(length.saturating_sub(room / PAGE as u64 * PAGE as u64))
        .unwrap();
}

/// Names and contents of the files that were there before a command, as they are now.
fn before(
    found: &BTreeMap<PathBuf, Vec<u8>>,
    known: &BTreeMap<PathBuf, Vec<u8>>,
) -> BTreeMap<PathBuf, Vec<u8>> {
    let known = found.iter().filter(|(name, _)| known.contains_key(*name));
    known
        .map(|(name, bytes)| (name.clone(), bytes.clone()))
        .collect()
}

/// Runs a command in a folder where it must fail; returns what is wrong with the way it does.
fn fails(
    case: &Case,
    at: &Path,
    words: &[&str],
    known: &BTreeMap<PathBuf, Vec<u8>>,
) -> Result<(), String> {
    let output = case.program.command(at, &case.start).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        return Err("it succeeded".into());
    }
    if output.status.code() != Some(1) {
        return Err(format!("it ended with {}: {message}", output.status));
    }
    if !words.iter().any(|words| message.contains(words)) {
        return Err(format!("the message does not say why: {message}"));
    }
    let now = outcome(at);
    if before(&now, known) != *known {
        return Err("a file that was there before is another or gone".into());
    }
    match now
        .keys()
        .find(|name| name.to_string_lossy().contains("unfinished"))
    {
        Some(name) => Err(format!("{} is left", name.display())),
        None => Ok(()),
    }
}

/// A command, on disks with shares of the room that it needs, and on one that cannot be written.
fn full_and_read_only(case: Case, shares: &[f64], failures: &mut Vec<String>) -> bool {
    let Prepared {
        case,
        folder,
        template,
        whole,
        expected,
        ..
    } = &Prepared::new(case);
    let known = outcome(template);
    let (inputs, needed) = (used(template), used(whole));
    let at = folder.path().join("disk");
    fs::create_dir(&at).unwrap();
    let size = format!("size={}", 4 * needed + (16 << 20));
    let mut good = 0;
    for share in shares {
        let Some(_disk) = Disk::mount(&at, &size) else {
            return false;
        };
        let place = at.join("at");
        copy(template, &place);
        let room = (needed.saturating_sub(inputs) as f64 * share) as u64;
        let filler = at.join("filler");
        fill(&filler, room);
        let result =
            fails(case, &place, &["disk is full", "No space left"], &known).and_then(|()| {
                fs::remove_file(&filler).unwrap();
                case.go_on(&place)?;
                compare(&outcome(&place), expected)
            });
        match result {
            Ok(()) => good += 1,
            Err(problem) => {
                failures.push(format!("{} with {share} of the room: {problem}", case.name));
            }
        }
    }
    let Some(disk) = Disk::mount(&at, &size) else {
        return false;
    };
    let place = at.join("at");
    copy(template, &place);
    disk.remount("ro");
    let read_only = fails(case, &place, &["Read-only file system"], &known);
    if let Err(problem) = &read_only {
        failures.push(format!("{} on a read-only disk: {problem}", case.name));
    }
    eprintln!(
        "{:<10} {:>5} disks of {:>7} to {:>7} bytes: {good} as they should; read-only: {}",
        case.name,
        shares.len(),
        inputs,
        needed,
        if read_only.is_ok() {
            "refused"
        } else {
            "wrong"
        }
    );
    true
}

#[test]
fn a_full_or_read_only_disk_loses_nothing() {
    let mut failures = Vec::new();
    for case in cases() {
        if !full_and_read_only(case, &[0.0, 0.3, 0.6, 0.9], &mut failures) {
            return eprintln!("skipped: only root can mount a small disk");
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}
