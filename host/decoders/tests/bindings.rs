//! The committed bindings are those that `wit/` gives.

use std::path::Path;

use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator};
use wit_bindgen_rust::Opts;

fn generate(wit: &Path) -> String {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).expect("wit/ parses");
    let world = resolve.select_world(&[package], Some("decoders")).expect("there is a world `decoders`");
    let options = Opts {
        format: true,
        generate_all: true,
        default_bindings_module: Some("crate::bindings".to_owned()),
        ..Opts::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files).expect("bindings can be generated");
    let (_, source) = files.iter().next().expect("one file comes out");
    String::from_utf8(source.to_vec()).expect("Rust is UTF-8")
}

#[test]
fn the_bindings_are_those_of_the_interface() {
    let room = Path::new(env!("CARGO_MANIFEST_DIR"));
    let generated = generate(&room.join("wit"));
    let committed = std::fs::read_to_string(room.join("src/bindings.rs")).unwrap_or_default();
    if generated != committed {
        let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bindings.rs");
        std::fs::write(&fresh, generated).expect("the target folder can be written");
        panic!("src/bindings.rs isn't what wit/ gives; copy {} over it", fresh.display());
    }
}
