//! Reads annotated files with the readers of the command line.

use spanlight_formats::{Options, Source, read};
use wasm_bindgen::prelude::*;

use crate::host::{Code, argument, error, to_object};
use crate::types::{Gold, GoldFile};

/// Reads an annotated file in any supported format; needs no model.
///
/// # Errors
/// An exception that names the file, the line, the field and the remedy, with the code "data".
#[wasm_bindgen(js_name = readGold, unchecked_return_type = "Gold")]
pub fn read_gold(
    #[wasm_bindgen(unchecked_param_type = "GoldFile")] file: JsValue,
) -> Result<JsValue, JsValue> {
    let file: GoldFile = argument(file, "file")?;
    let source = Source::new(&*file.name, file.text.as_bytes());
    let source = file.parts.iter().flatten().fold(source, |source, part| {
        source.with_part(&*part.name, part.text.as_bytes())
    });
    let dataset = read(source, file.format.unwrap_or_default(), &Options::default())
        .map_err(|e| error(Code::Data, e))?;
    to_object(&Gold {
        format: dataset.format,
        sentences: dataset.sentences,
        defects: dataset
            .defects
            .iter()
            .map(|defect| format!("{}: {defect}", file.name))
            .collect(),
    })
}
