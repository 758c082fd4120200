//! Debian's package manager, used as root or through sudo.

use std::fs;
use std::io::{self, IsTerminal, stderr, stdin};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::process;
use crate::step::Step;

/// Access to apt, which changes the system and is used only with the user's consent.
pub struct Apt {
    /// Whether the user agreed beforehand.
    yes: bool,
    sudo: bool,
    /// Whether the package lists were updated.
    updated: bool,
}

impl Apt {
    /// Finds apt; `None` on other systems than Debian, or without root and sudo.
    pub fn find(yes: bool) -> Option<Self> {
        let os_release = fs::read_to_string("/etc/os-release").ok()?;
        if !is_debian(&os_release) || process::find("apt-get").is_none() {
            return None;
        }
        let root = process::output(Command::new("id").arg("-u")).ok()? == "0";
        if !root {
            process::find("sudo")?;
        }
        Some(Self {
            yes,
            sudo: !root,
            updated: false,
        })
    }

    /// Installs the packages that are missing, if the user agrees.
    pub fn install(&mut self, packages: &[&str], step: &Step, log: &Path) -> Result<()> {
        let missing: Vec<&str> = packages
            .iter()
            .copied()
            .filter(|package| !installed(package))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let by_hand = by_hand(&missing, self.sudo);
        self.become_root(&by_hand, step)?;
        step.say(&format!("apt-get install {}", missing.join(" ")));
        if !self.updated {
            process::logged(self.apt_get().arg("update"), log)?;
            self.updated = true;
        }
        process::logged(
            self.apt_get()
                .args(["install", "-y", "--no-install-recommends"])
                .args(&missing),
            log,
        )
        .with_context(|| format!("run `{by_hand}` yourself"))
    }

    /// A command that runs `program` as root.
    pub fn privileged(&self, program: &str) -> Command {
        if self.sudo {
            let mut command = Command::new("sudo");
            command.args(["-n", program]);
            command
        } else {
            Command::new(program)
        }
    }

    /// Asks the user to agree to `command`. Then lets sudo ask for the password, which it cannot while its output
    /// goes to a log.
    pub fn become_root(&self, command: &str, step: &Step) -> Result<()> {
        match Consent::new(self.yes, stdin().is_terminal() && stderr().is_terminal()) {
            Consent::Given => {}
            Consent::Ask => ensure!(
                step.paused(|| ask(command))?,
                "run `{command}` yourself, then try again"
            ),
            Consent::Impossible => bail!(
                "the system must be changed, and there is no terminal to ask on: run `{command}` yourself, or repeat \
                 this command with --yes"
            ),
        }
        if !self.sudo {
            return Ok(());
        }
        let mut request = Command::new("sudo");
        if stdin().is_terminal() {
            request.arg("-v");
        } else {
            request.args(["-n", "true"]).stderr(Stdio::null());
        }
        let granted = step.paused(|| request.status())?.success();
        ensure!(granted, "sudo did not grant root's rights");
        Ok(())
    }

    fn apt_get(&self) -> Command {
        let mut command = self.privileged("env");
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    }
}

/// How to learn whether the user agrees to changes of the system.
#[derive(Debug, PartialEq, Eq)]
enum Consent {
    Given,
    Ask,
    Impossible,
}

impl Consent {
    fn new(yes: bool, terminal: bool) -> Self {
        match (yes, terminal) {
            (true, _) => Self::Given,
            (false, true) => Self::Ask,
            (false, false) => Self::Impossible,
        }
    }
}

fn ask(command: &str) -> io::Result<bool> {
    eprint!("The system must be changed. Run `{command}`? [Y/n] ");
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(agrees(&answer))
}

/// Whether an answer means yes; an empty line does, the end of the input does not.
fn agrees(answer: &str) -> bool {
    answer.ends_with('\n')
        && ["", "y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str())
}

/// The command that installs the packages.
fn by_hand(packages: &[&str], sudo: bool) -> String {
    let sudo = if sudo { "sudo " } else { "" };
    let packages = packages.join(" ");
    format!("{sudo}apt-get update && {sudo}apt-get install --no-install-recommends {packages}")
}

fn installed(package: &str) -> bool {
    process::output(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}

fn is_debian(os_release: &str) -> bool {
    os_release.lines().any(|line| line.trim() == "ID=debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_is_recognised_and_its_derivatives_are_not() {
        assert!(is_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(!is_debian("ID=ubuntu\nID_LIKE=debian\n"));
    }

    #[test]
    fn without_a_terminal_only_the_flag_is_consent() {
        assert_eq!(Consent::new(true, false), Consent::Given);
        assert_eq!(Consent::new(true, true), Consent::Given);
        assert_eq!(Consent::new(false, true), Consent::Ask);
        assert_eq!(Consent::new(false, false), Consent::Impossible);
    }

    #[test]
    fn only_a_clear_answer_is_consent() {
        for answer in ["\n", "y\n", "Yes\r\n"] {
            assert!(agrees(answer), "{answer:?}");
        }
        for answer in ["", "n\n", "no\n", "what?\n", "y"] {
            assert!(!agrees(answer), "{answer:?}");
        }
    }

    #[test]
    fn the_command_can_be_run_as_it_is_printed() {
        assert_eq!(
            by_hand(&["nodejs", "npm"], true),
            "sudo apt-get update && sudo apt-get install --no-install-recommends nodejs npm"
        );
        assert!(!by_hand(&["npm"], false).contains("sudo"));
    }
}
