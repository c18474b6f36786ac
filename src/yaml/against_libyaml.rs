//! The general reader against libyaml, from which the server's library descends, on damaged manifests.

use std::ffi::CStr;
use std::mem::MaybeUninit;

use libyaml::*;
use libyaml_rs as libyaml;

use super::chars::{self, Bytes};
use super::event::EventKind;
use super::grammar::Grammar;
use super::scan::Scanner;
use super::tests::{Dice, some_text};

/// What libyaml makes of the first document: one word an event; `None` where it refuses.
fn libyaml_events(text: &str) -> Option<Vec<String>> {
    let mut told = Vec::new();
    let mut parser = MaybeUninit::<yaml_parser_t>::uninit();
    let parser = parser.as_mut_ptr();
    // SAFETY: the parser is initialised before it is used and deleted once; `text` outlives it; each event is read only after
    // the parser said that it wrote one, by the kind it says, and deleted before the next.
    unsafe {
        assert!(yaml_parser_initialize(parser).ok);
        yaml_parser_set_input_string(parser, text.as_ptr(), text.len() as u64);
        let ended = loop {
            let mut event = MaybeUninit::<yaml_event_t>::uninit();
            let event = event.as_mut_ptr();
            if !yaml_parser_parse(parser, event).ok {
                break None;
            }
            let kind = (*event).type_;
            match kind {
                YAML_SCALAR_EVENT => {
                    let scalar = (*event).data.scalar;
                    let value = std::slice::from_raw_parts(scalar.value, scalar.length as usize);
                    told.push(format!("={}", String::from_utf8_lossy(value)));
                }
                YAML_ALIAS_EVENT => {
                    let name = CStr::from_ptr((*event).data.alias.anchor.cast());
                    told.push(format!("*{}", name.to_string_lossy()));
                }
                YAML_MAPPING_START_EVENT => told.push("{".to_string()),
                YAML_SEQUENCE_START_EVENT => told.push("[".to_string()),
                YAML_MAPPING_END_EVENT | YAML_SEQUENCE_END_EVENT => told.push("}".to_string()),
                _ => {}
            }
            yaml_event_delete(event);
            if matches!(kind, YAML_DOCUMENT_END_EVENT | YAML_STREAM_END_EVENT) {
                break Some(());
            }
        };
        yaml_parser_delete(parser);
        ended.map(|()| told)
    }
}

/// The same from our reader.
fn our_events(text: &str) -> Option<Vec<String>> {
    let breaks = chars::check(text, 0, text.len()).ok()?;
    let bytes = Bytes::new(text.as_bytes(), breaks);
    let mut grammar = Grammar::new(Scanner::new(text, bytes, 0, String::new()));
    let mut told = Vec::new();
    if grammar.start().ok()?.is_none() {
        return Some(told);
    }
    loop {
        let event = grammar.next().ok()?;
        let texts = &grammar.scanner.texts;
        told.push(match event.kind {
            EventKind::Scalar => format!("={}", texts.get(event.text)),
            EventKind::Alias => format!("*{}", texts.written(event.name)),
            EventKind::MapStart => "{".to_string(),
            EventKind::SeqStart => "[".to_string(),
            EventKind::Close => "}".to_string(),
            EventKind::End => return Some(told),
        });
    }
}

/// Where Go's library and libyaml are known to differ: it takes `\'` in double quotes and no `\/`; a `?` ends a plain scalar
/// inside brackets and a `:` does not; and it stops waiting for a key that starts with an empty collection.
fn is_known_to_differ(text: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    has(&["\\'", "\\/"]) || (has(&["[", "{"]) && has(&["?", ":,", ":]", ":}", "[]", "{}"]))
}

#[test]
fn reads_like_libyaml() {
    let mut dice = Dice(7);
    let rounds: usize = option_env!("PLIMSOLL_ROUNDS").and_then(|rounds| rounds.parse().ok()).unwrap_or(1500);
    let mut same = 0;
    for _ in 0..rounds {
        let text = some_text(&mut dice);
        if our_events(&text) == libyaml_events(&text) {
            same += 1;
        } else {
            assert!(is_known_to_differ(&text), "ours {:?}\nlibyaml's {:?}\n{text}", our_events(&text), libyaml_events(&text));
        }
    }
    assert!(same > rounds * 99 / 100, "{same} of {rounds}");
}
