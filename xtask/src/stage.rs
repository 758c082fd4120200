//! The stages of `cargo xtask test`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::browser::Browser;
use crate::folders::Folders;
use crate::setup::Part;
use crate::tool::Tool;
use crate::wasm::{self, Toolchain};
use crate::webdriver::{self, WebGpu};
use crate::{cargo, manifest, package, process, reproducible, supply, trunk};

/// Crates without files, threads and clocks, which must compile for the browser.
const PORTABLE: [&str; 4] = [
    "spanlight-core",
    "spanlight-formats",
    "spanlight-learn",
    // For its feature of getrandom, without which random numbers do not compile for the browser.
    "spanlight_web",
];

/// A stage; the comments of the variants are help texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Formatting of all crates
    Fmt,
    /// Lints of the native crates
    Clippy,
    /// Tests of the native crates
    Test,
    /// Documentation of the native crates
    Doc,
    /// Licences, sources and known faults of dependencies
    Supply,
    /// Check of the portable crates for wasm32 and build of the page
    Wasm,
    /// Assembly of the npm package and check of its types
    Package,
    /// Tests of the web crate in Chromium with WebGPU
    WebGpu,
    /// Tests of the web crate in Chromium without WebGPU
    WebCpu,
    /// Tests of the page in Chromium
    Page,
}

/// The stages to run, in order.
pub fn plan(only: Option<Stage>, skip_browser: bool) -> Vec<Stage> {
    match only {
        Some(stage) => vec![stage],
        None => Stage::value_variants()
            .iter()
            .copied()
            .filter(|stage| !(skip_browser && stage.needs(Part::Browser)))
            .collect(),
    }
}

/// The parts that the stages need, in the order of set-up.
pub fn parts(stages: &[Stage]) -> Vec<Part> {
    Part::BUILD
        .into_iter()
        .filter(|&part| stages.iter().any(|stage| stage.needs(part)))
        .collect()
}

impl Stage {
    /// The name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn needs(self, part: Part) -> bool {
        let parts: &[Part] = match self {
            Self::Fmt | Self::Clippy | Self::Test | Self::Doc => &[],
            Self::Supply => supply::PARTS,
            Self::Wasm => trunk::PARTS,
            Self::Package => package::PARTS,
            Self::WebGpu | Self::WebCpu => &[
                Part::WasmTarget,
                Part::WasmBindgen,
                Part::WasmPack,
                Part::Browser,
            ],
            Self::Page => &[Part::NodePackages, Part::Browser],
        };
        parts.contains(&part)
    }

    /// Runs the stage and returns the closing lines of its tests; empty for a stage without tests.
    pub fn run(self, folders: &Folders) -> Result<Vec<String>> {
        let nothing = Vec::new();
        match self {
            Self::Fmt => {
                process::run(cargo::native(folders).args(["fmt", "--all", "--check"]))
                    .context("run `cargo fmt --all`")?;
                Ok(nothing)
            }
            Self::Clippy => {
                process::run(native(folders, "clippy")?.args([
                    "--all-targets",
                    "--",
                    "-D",
                    "warnings",
                ]))?;
                Ok(nothing)
            }
            Self::Test => test(folders),
            Self::Doc => {
                process::run(
                    native(folders, "doc")?
                        .arg("--no-deps")
                        .env("RUSTDOCFLAGS", "-D warnings"),
                )?;
                Ok(nothing)
            }
            Self::Supply => supply::check(folders),
            Self::Wasm => {
                portable(folders)?;
                trunk::build(folders)?;
                reproducible::hides_folders(folders)?;
                Ok(nothing)
            }
            Self::Package => {
                package::assemble(folders)?;
                Ok(nothing)
            }
            Self::WebGpu => web(folders, WebGpu::On),
            Self::WebCpu => web(folders, WebGpu::Off),
            Self::Page => page(folders),
        }
    }
}

/// A cargo command on the native crates. All commands use one profile, so that the crates compile once.
fn native(folders: &Folders, subcommand: &str) -> Result<Command> {
    let mut command = cargo::native(folders);
    command.args([subcommand, "--locked", "--release", "--workspace"]);
    if let Some(web) = manifest::web_package(folders)? {
        command.args(["--exclude", &web]);
    }
    Ok(command)
}

/// Runs the tests of the native crates; the last closing line counts the skipped tests.
fn test(folders: &Folders) -> Result<Vec<String>> {
    let list = folders.native_target.join("skipped-tests.txt");
    fs::create_dir_all(&folders.native_target)
        .and_then(|()| fs::write(&list, ""))
        .with_context(|| format!("cannot write {}", list.display()))?;
    let mut command = native(folders, "test")?;
    let mut closing = process::tee(command.env("SPANLIGHT_SKIPPED", &list), is_result)?;
    let skipped =
        fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    closing.push(skips(&skipped));
    Ok(closing)
}

/// Runs the tests that stop commands at every change of a file; they take hours.
pub fn crashes(folders: &Folders) -> Result<()> {
    // The tests need the programs, which cargo builds for the packages that they belong to.
    process::run(native(folders, "build")?.arg("--bins"))?;
    let mut command = native(folders, "test")?;
    command.args(["--test", "cli", "crash::", "--", "--ignored", "--nocapture"]);
    process::run(command.arg("--test-threads=1"))
}

/// Writes docs/cli.md through the test that checks it.
pub fn write_docs(folders: &Folders) -> Result<()> {
    let mut command = native(folders, "test")?;
    command
        .args(["--bin", "lab", "the_document_on_commands_is_current"])
        .env("SPANLIGHT_WRITE_DOCS", "1");
    process::run(&mut command)
}

/// The closing line about skipped tests; `names` has one test per line and may repeat them.
fn skips(names: &str) -> String {
    let names: BTreeSet<&str> = names.lines().collect();
    if names.is_empty() {
        return "skipped: 0 tests".into();
    }
    let listed: Vec<&str> = names.iter().copied().collect();
    format!(
        "skipped: {} tests, which need corpora that are not part of the repository (CONTRIBUTING.md says \
         where to get them): {}",
        listed.len(),
        listed.join(", ")
    )
}

/// Checks that the portable crates compile for wasm32.
fn portable(folders: &Folders) -> Result<()> {
    let mut command = Command::new("cargo");
    Toolchain::require(folders)?.equip(&mut command, folders)?;
    command
        .current_dir(&folders.root)
        .args(["check", "--locked", "--target", wasm::TARGET]);
    for package in PORTABLE {
        command.args(["--package", package]);
    }
    if manifest::has_web_profile(folders)? {
        command.args(["--profile", manifest::WEB_PROFILE]);
    }
    process::run(&mut command)
}

/// Runs the tests of the web crate in Chromium.
fn web(folders: &Folders, gpu: WebGpu) -> Result<Vec<String>> {
    ensure!(
        folders.web().join("Cargo.toml").is_file(),
        "web/Cargo.toml is missing: restore it with git"
    );
    let browser = Browser::require()?;
    let mut command = Tool::wasm_pack().command(folders)?;
    Toolchain::require(folders)?.equip(&mut command, folders)?;
    command
        .current_dir(&folders.root)
        .args(["test", "--headless", "--chrome", "--mode", "no-install"])
        .arg("--chromedriver")
        .arg(&browser.driver)
        .env(
            "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
            webdriver::write(folders, &browser, gpu)?,
        )
        // Software rendering takes minutes where a graphics card takes milliseconds.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "900")
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60")
        // These variables would override the driver and the mode above.
        .env_remove("GECKODRIVER")
        .env_remove("NO_HEADLESS");
    if manifest::has_web_profile(folders)? {
        command.args(["web", "--profile", manifest::WEB_PROFILE]);
    } else {
        command.args(["--release", "web"]);
    }
    command.arg("--locked");
    process::tee(&mut command, is_result)
}

/// Runs the tests of the page in Chromium.
fn page(folders: &Folders) -> Result<Vec<String>> {
    let dist = manifest::dist(folders)?;
    ensure!(
        dist.join("index.html").is_file(),
        "the page is not built: run `cargo xtask test --only wasm`"
    );
    let tests = page_tests(folders)?;
    ensure!(
        !tests.is_empty(),
        "tests/browser has no *.test.mjs: restore them with git"
    );
    process::tee(
        Command::new("node")
            .current_dir(&folders.root)
            .args(["--test", "--test-reporter=spec"])
            .args(tests)
            .env("CHROME", Browser::require()?.chrome)
            .env("SPANLIGHT_DIST", dist)
            .env("SPANLIGHT_PACKAGE", package::folder(folders)),
        is_tally,
    )
}

fn page_tests(folders: &Folders) -> Result<Vec<PathBuf>> {
    let dir = folders.root.join("tests").join("browser");
    let mut tests: Vec<PathBuf> = fs::read_dir(&dir)
        .with_context(|| format!("cannot list the page tests in {}", dir.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    tests.sort();
    Ok(tests)
}

/// Whether a line is the closing line of a Rust test program.
fn is_result(line: &str) -> bool {
    line.starts_with("test result:")
}

/// Whether a line is a closing line of Node's test runner, such as `ℹ pass 4`.
fn is_tally(line: &str) -> bool {
    ["ℹ pass ", "ℹ fail ", "ℹ skipped "]
        .iter()
        .any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_plan_runs_every_stage_in_order() {
        let names: Vec<String> = plan(None, false).into_iter().map(Stage::name).collect();
        assert_eq!(
            names,
            [
                "fmt", "clippy", "test", "doc", "supply", "wasm", "package", "web-gpu", "web-cpu",
                "page"
            ]
        );
    }

    #[test]
    fn without_a_browser_the_page_is_still_built() {
        let stages = plan(None, true);
        assert_eq!(stages.last(), Some(&Stage::Package));
        assert!(!parts(&stages).contains(&Part::Browser));
        assert!(!parts(&stages).contains(&Part::WasmPack));
    }

    #[test]
    fn one_stage_needs_only_its_own_parts() {
        assert!(parts(&plan(Some(Stage::Fmt), false)).is_empty());
        assert_eq!(
            parts(&plan(Some(Stage::Page), false)),
            [Part::NodePackages, Part::Browser]
        );
    }

    #[test]
    fn the_full_plan_needs_all_parts_once_and_in_order() {
        assert_eq!(parts(&plan(None, false)), Part::BUILD);
    }

    #[test]
    fn skipped_tests_count_once() {
        assert_eq!(skips(""), "skipped: 0 tests");
        let found = skips("b\na\nb\n");
        assert!(found.starts_with("skipped: 2 tests"), "{found}");
        assert!(found.ends_with("a, b"), "{found}");
    }

    #[test]
    fn closing_lines_are_recognised() {
        assert!(is_result("test result: ok. 4 passed; 0 failed"));
        assert!(!is_result("test results::parse ... ok"));
        assert!(is_tally("ℹ pass 4"));
        assert!(!is_tally("ℹ duration_ms 12"));
    }
}
