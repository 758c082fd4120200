//! Running other programs.

use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Number of lines of a log that a failure quotes.
const TAIL: usize = 25;

/// Runs a command with its output on the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| missing(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", words(command));
    }
    Ok(())
}

/// Runs a command and returns its standard output, trimmed.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| missing(command))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{}` failed ({}): {}",
            words(command),
            output.status,
            message.trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command, prints its output and returns the lines that `keep` accepts.
pub fn tee(command: &mut Command, keep: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| missing(command))?;
    let mut kept = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        // Split by hand: `lines` would stop at the first byte that is not UTF-8.
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches('\r');
            println!("{line}");
            if keep(line) {
                kept.push(line.to_owned());
            }
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", words(command));
    }
    Ok(kept)
}

/// Runs a command and appends its output to a log; an error quotes the end of the log.
pub fn logged(command: &mut Command, log: &Path) -> Result<()> {
    if let Some(dir) = log.parent() {
        fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    }
    let mut file = File::options()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("cannot write {}", log.display()))?;
    writeln!(file, "$ {}", words(command))?;
    let status = command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .status()
        .with_context(|| missing(command))?;
    if !status.success() {
        let text = fs::read(log).unwrap_or_default();
        bail!(
            "`{}` failed ({status}); the end of {}:\n{}",
            words(command),
            log.display(),
            tail(&String::from_utf8_lossy(&text), TAIL)
        );
    }
    Ok(())
}

/// The path of `program`, if it is on PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|dir| dir.join(&name))
        .find(|path| path.is_file())
}

fn missing(command: &Command) -> String {
    format!(
        "cannot run `{}`: is it installed and on PATH?",
        command.get_program().display()
    )
}

fn words(command: &Command) -> String {
    let mut words = command.get_program().display().to_string();
    for arg in command.get_args() {
        words.push(' ');
        words.push_str(&arg.to_string_lossy());
    }
    words
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_last_lines() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc");
        assert_eq!(tail("a", 2), "a");
        assert_eq!(tail("", 2), "");
    }

    #[test]
    fn words_show_the_whole_command() {
        assert_eq!(
            words(Command::new("cargo").args(["doc", "--no-deps"])),
            "cargo doc --no-deps"
        );
    }
}
