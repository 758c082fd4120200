//! `docs/cli.md`, which is made from the command lines of both programs.

use clap::{Command, CommandFactory};
use clap_markdown::{MarkdownOptions, help_markdown_command_custom};

/// Set to anything, it makes the test write the document (`cargo xtask docs`).
const WRITE: &str = "SPANLIGHT_WRITE_DOCS";

fn document() -> String {
    let help = |command: Command, title: &str| {
        let options = MarkdownOptions::new()
            .title(title.into())
            .show_footer(false)
            .show_table_of_contents(false);
        help_markdown_command_custom(&command.disable_help_subcommand(true), &options)
    };
    format!(
        "<!-- Made by `cargo xtask docs` from the command lines; change those. -->\n\n{}\n{}",
        help(spanlight::cli::command(), "Commands of `spanlight`"),
        help(super::Cli::command(), "Commands of `lab`"),
    )
}

#[test]
fn the_document_on_commands_is_current() {
    let path = spanlight_tests::package().join("../docs/cli.md");
    let expected = document();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, expected).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/cli.md is not what the command lines say; run `cargo xtask docs`"
    );
}
