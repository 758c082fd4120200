//! The paper's tables and figure (method §9), from the finished cells of experiments and with the paper's figures
//! beside ours.
//!
//! | module | in the paper |
//! |---|---|
//! | [`scores`] | Tables 2, 3, 4, 6, 7, 10; Table 5 by share of the training data; differences, not in the paper |
//! | [`detail`] | Tables 8 and 9 by type; Figure 5 by number of entities and by length |
//! | [`section`] | Table 11, sentences in which two models differ; missing results |
//! | [`figures`] | drawings of Table 5 and Figure 5 |

mod detail;
mod figures;
mod finished;
mod markdown;
mod published;
mod scores;
mod section;
mod spread;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use spanlight::sinks::draw;
use spanlight::store::write_atomic;
use spanlight_core::score::Protocol;

use crate::error::Result;
use published::PaperFigures;
pub use published::Published;

/// The protocol of the differences, the scores by type and bucket, and the drawings.
const HEADLINE: Protocol = Protocol::Full;

/// Writes `report.md` and its drawings from the output folders of experiments, and returns the paths of the
/// files. The report quotes at most `sentences` sentences per experiment.
///
/// # Errors
/// A folder without a plan, a damaged file, or a file that cannot be written.
pub fn write(folders: &[PathBuf], sentences: usize, out: &Path) -> Result<Vec<PathBuf>> {
    let published = Published::new()?;
    let mut written = Vec::new();
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let mut text = String::from(
        "Scores in percent, mean ± standard deviation over seeds. Protocol `full`: every annotation of \
         every test sentence counts; `reference`: only what the paper's reader keeps, which is how \
         the paper's own figures (single runs) were made; `symmetric`: as `full`, and the arguments of \
         symmetric relation types may be swapped. A relation needs its type and both spans, Ent+Rel also \
         both entity types.\n",
    );
    for finished in finished::read(folders)? {
        let plan = &finished.plan;
        let paper_figures = PaperFigures::new(&published, plan.report.dataset.as_deref());
        // Experiments from different folders may share a name.
        let count = used.entry(plan.name.clone()).or_default();
        *count += 1;
        let number = if *count > 1 {
            format!("-{count}")
        } else {
            String::new()
        };
        let mut drawings = Vec::new();
        for (what, panels) in [
            ("size", figures::by_share(&finished, &paper_figures)),
            ("figure5", figures::figure_5(&finished)),
        ] {
            if !panels.is_empty() {
                let name = format!("{}-{what}{number}.svg", plan.name);
                write_atomic(&out.join(&name), draw(&panels)?.as_bytes())?;
                written.push(out.join(&name));
                drawings.push(name);
            }
        }
        text.push_str(&section::text(
            &finished,
            &paper_figures,
            &drawings,
            sentences,
        ));
    }
    let report = out.join("report.md");
    write_atomic(&report, text.as_bytes())?;
    written.push(report);
    Ok(written)
}
