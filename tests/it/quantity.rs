//! Quantities against what the server's own library makes of them.

use plimsoll::object::Quantity;

use crate::facts;

#[test]
fn quantities_are_read_as_recorded() {
    let mut wrong = Vec::new();
    for fact in facts::read("quantity.jsonl") {
        let text = fact["value"].as_str().unwrap_or_default();
        let Ok(quantity) = Quantity::parse(text) else {
            if fact["refused"] != true {
                wrong.push(format!("{text:?} is refused"));
            }
            continue;
        };
        let got = (quantity.canonical(), quantity.milli(), quantity.value(), i64::from(quantity.sign()));
        let number = |name: &str| fact[name].as_i64().unwrap_or(i64::MIN);
        let want = (
            fact["canonical"].as_str().unwrap_or("refused").to_string(),
            number("milli"),
            number("value_rounded_up"),
            number("sign"),
        );
        if got != want {
            wrong.push(format!("{text:?}: {got:?}, recorded {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
