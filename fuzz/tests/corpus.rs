//! Replays everything that fuzzing has ever found, and the seeds it began with.

use std::path::Path;

use rushes_fuzz::TARGETS;

#[test]
fn nothing_in_the_corpus_brings_a_target_down() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, target) in TARGETS {
        let folder = corpus.join(name);
        let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut count = 0;
        for file in files {
            let path = file.expect("the folder can be read").path();
            println!("{}", path.display());
            target(&std::fs::read(&path).expect("a file of the corpus"));
            count += 1;
        }
        assert!(count > 0, "{name} has no seed");
    }
}
